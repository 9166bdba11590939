"""Read the adapter_config.json that the PEFT library writes beside adapter weights."""

from __future__ import annotations

import re
from typing import Any

from pool.kernel.words import gettext as _
from pool.registry.inspection import limits
from pool.registry.inspection.document import Document
from pool.registry.inspection.methods import PEFT_TYPES
from pool.registry.inspection.refusals import malformed, over_limit
from pool.registry.inspection.text_values import Findings, basename
from pool.registry.inspection.values import Inspection

FORMAT = "peft-adapter"

_BASE = "base_model_name_or_path"
_SHAPE_KEYS = frozenset({"r", "lora_alpha", "target_modules", "inference_mode", "task_type"})
_TEXT_KEYS = ("peft_type", _BASE, "revision", "task_type", "peft_version")
_COMMIT = re.compile(r"^[0-9a-f]{40}$")
_DECODERS = re.compile(r"llama|qwen|qwythos|gemma|mistral|mixtral|phi|gpt|falcon|bloom|olmo|deepseek", re.IGNORECASE)
_DECODER_MODULES = frozenset({"gate_proj", "up_proj", "down_proj"})


def is_adapter_config(value: dict[str, Any]) -> bool:
    """Tell whether a JSON object is an adapter's configuration."""
    return "peft_type" in value or (_BASE in value and bool(_SHAPE_KEYS & value.keys()))


def read_adapter_config(document: Document, value: dict[str, Any]) -> Inspection:
    """Read the configuration. Raises: Malformed, OverLimit."""
    if document.size > limits.ADAPTER_CONFIG_BYTES:
        raise over_limit(document.file, _("The file is larger than %(n)s bytes.", n=limits.ADAPTER_CONFIG_BYTES))
    _check_types(document.file, value)
    found = Findings()
    base = found.scalar("base_model", value.get(_BASE))
    method = _method(found, value)
    _look_at_base(found, base, value)
    _look_at_task(found, base, value)
    return Inspection(
        file=document.file,
        format=FORMAT,
        format_version=found.scalar("format_version", value.get("peft_version")),
        base_model=base,
        method=method,
        digests=(document.own_digest(),),
        warnings=found.all(),
    )


def _check_types(file: str, value: dict[str, Any]) -> None:
    for key in _TEXT_KEYS:
        if not isinstance(value.get(key), str | None):
            raise malformed(file, _("%(key)s must be a text or null.", key=key))
    rank = value.get("r")
    if rank is not None and (type(rank) is not int or rank < 0):
        raise malformed(file, _("%(key)s must be a whole number of at least 0.", key="r"))
    if not isinstance(value.get("target_modules"), str | list | None):
        raise malformed(file, _("%(key)s must be a text, a list or null.", key="target_modules"))


def _method(found: Findings, value: dict[str, Any]) -> str | None:
    stated = found.scalar("method", value.get("peft_type"))
    if stated is None:
        found.warn("method-not-stated", "method", _("The configuration does not say of which type the adapter is."))
        return None
    method = stated.lower()
    if method not in PEFT_TYPES:
        message = _("%(method)s is no adapter type known here; it was taken over as written.", method=method)
        found.warn("unknown-method", "method", message)
    return method


def _look_at_base(found: Findings, base: str | None, value: dict[str, Any]) -> None:
    if base is None:
        found.warn("base-model-not-stated", "base_model", _("The configuration names no base model."))
        return
    found.look_at_base(base)
    revision = (value.get("revision") or "").strip()
    if not revision:
        message = _("No revision of the base model is pinned; the registry needs its version or digest.")
        found.warn("base-model-not-pinned", "base_model", message)
    elif not _COMMIT.match(revision):
        message = _("The revision %(revision)s is a name that can move; a commit does not.", revision=revision[:100])
        found.warn("base-model-revision-moves", "base_model", message)


def _look_at_task(found: Findings, base: str | None, value: dict[str, Any]) -> None:
    modules = value.get("target_modules")
    names = {item for item in modules if isinstance(item, str)} if isinstance(modules, list) else set()
    is_decoder = bool(_DECODER_MODULES & names) or bool(base and _DECODERS.search(basename(base)))
    if value.get("task_type") == "SEQ_2_SEQ_LM" and is_decoder:
        message = _("The task type is sequence to sequence, but the base looks like a causal language model.")
        found.warn("task-type-doubtful", "base_model", message)
