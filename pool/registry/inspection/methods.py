"""The words for a way of fine-tuning, and which of them says the same as another, only more closely."""

from __future__ import annotations

from collections.abc import Iterable

PEFT_TYPES = frozenset(
    {
        "adalora", "adaption_prompt", "boft", "bone", "c3a", "cpt", "delora", "fourierft", "gralora",
        "hra", "ia3", "ln_tuning", "loha", "lokr", "lora", "miss", "multitask_prompt_tuning", "oft",
        "osf", "p_tuning", "poly", "prefix_tuning", "prompt_tuning", "randlora", "road", "shira",
        "trainable_tokens", "vblora", "vera", "waveft", "xlora",
    }
)  # fmt: skip
"""The adapter types of the PEFT library, in lower case."""

_CLOSER = {"qlora": "lora", "dora": "lora", "rslora": "lora", "adalora": "lora"}

# The four relations between a model and its base. Source: the Hub's model card metadata, base_model_relation.
_RELATIONS = {"adapter": "adapter", "finetune": "full", "quantized": "quantized", "merge": "merge"}
_OTHER_WORDS = {
    "fine-tune": "full",
    "full-finetune": "full",
    "full-finetuning": "full",
    "full fine-tuning": "full",
    "full-fine-tuning": "full",
    "full_finetuning": "full",
    "fft": "full",
    "quantised": "quantized",
    "mergekit": "merge",
    "merged": "merge",
}

TAGGED = frozenset({*PEFT_TYPES, *_CLOSER, "merge", "mergekit", "full-finetuning", "full-finetune"}) - {
    # Words that tags use for other things than the adapter type of this name.
    "road", "poly", "miss", "bone", "cpt", "osf",
}  # fmt: skip
"""Tags of a model card that tell the method."""


def method_word(text: str) -> str:
    """Return the one lower-case word used here for a method or for a relation to the base."""
    word = text.strip().lower()
    return _RELATIONS.get(word) or _OTHER_WORDS.get(word, word)


def closest(methods: Iterable[str]) -> str | None:
    """Return the method that says most, if all the given ones agree with it; else ``None``.

    ``adapter`` agrees with each adapter type, and ``lora`` with its refinements such as ``qlora``.
    """
    said = set(methods)
    return next((word for word in sorted(said) if said <= _agreeing_with(word)), None)


def _agreeing_with(word: str) -> set[str]:
    agreeing = {word}
    while word in _CLOSER:
        word = _CLOSER[word]
        agreeing.add(word)
    if word in PEFT_TYPES:
        agreeing.add("adapter")
    return agreeing
