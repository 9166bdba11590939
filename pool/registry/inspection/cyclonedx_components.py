"""The components of a CycloneDX bill of materials: which one is the model, and which ones it comes from."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from pool.kernel.words import gettext as _
from pool.registry.inspection.text_values import Findings

Component = dict[str, Any]

_MODEL = "machine-learning-model"
_HUB_HOSTS = frozenset({"huggingface.co", "hf.co"})
_NO_OWNERS = frozenset({"datasets", "spaces", "docs", "papers", "collections", "blog"})


class Components:
    """All components of one bill of materials, walked once, with the graph of what depends on what."""

    def __init__(self, bom: dict[str, Any]) -> None:
        self.subject: Component = (bom.get("metadata") or {}).get("component") or {}
        self.all: tuple[Component, ...] = tuple(_walk(self.subject, *bom.get("components", ())))
        self._targets: dict[str, set[str]] = {}
        for entry in bom.get("dependencies", ()):
            self._targets.setdefault(entry["ref"], set()).update(entry.get("dependsOn", ()))

    def model(self, found: Findings) -> Component | None:
        """Return the component that the file is about, with a warning where it had to be chosen."""
        if is_model(self.subject):
            return self.subject
        models = [component for component in self.all if is_model(component)]
        if len(models) > 1:
            models = self._not_a_base_of_another(models) or models
        if len(models) > 1:
            names = ", ".join(identity(model)[:100] for model in models[:5])
            message = _("Several models are described (%(names)s); the first one was taken.", names=names)
            found.warn("several-models", None, message)
        return models[0] if models else None

    def models_under(self, model: Component) -> list[Component]:
        """Return the models that ``model`` depends on by the dependency graph."""
        targets = self._depends_on(model)
        return [item for item in self.all if item.get("bom-ref") in targets and is_model(item)]

    def data_by_ref(self) -> dict[str, str]:
        """Return the names of all data that can be referred to."""
        return {
            item["bom-ref"]: identity(item)
            for component in self.all
            for item in (component, *component.get("data", ()))
            if item.get("bom-ref") and item.get("name")
        }

    def _depends_on(self, model: Component) -> set[str]:
        ref = model.get("bom-ref")
        return self._targets.get(ref, set()) if isinstance(ref, str) else set()

    def _not_a_base_of_another(self, models: list[Component]) -> list[Component]:
        bases = [base for model in models for base in ancestors(model)]
        names = {identity(base) for base in bases}
        refs = {base["bom-ref"] for base in bases if base.get("bom-ref")}
        refs.update(*(self._depends_on(model) for model in models))
        return [model for model in models if model.get("bom-ref") not in refs and identity(model) not in names]


def is_model(component: Component) -> bool:
    """Tell whether a component is a machine-learning model, by its type or by having a model card."""
    return component.get("type") == _MODEL or "modelCard" in component


def ancestors(model: Component) -> list[Component]:
    """Return what the model's pedigree names as ancestors: the models among them, else all."""
    stated: list[Component] = (model.get("pedigree") or {}).get("ancestors", [])
    models = [ancestor for ancestor in stated if is_model(ancestor)]
    return models or stated


def identity(component: Component) -> str:
    """Return owner/name where package URL, group or a link to the Hub tells it, else the bare name."""
    name = str(component.get("name", ""))
    group = component.get("group")
    return _hub_name(component) or (f"{group}/{name}" if group and "/" not in name else name)


def packaged_version(component: Component) -> str | None:
    """Return the version that the package URL tells, if it tells one."""
    purl = str(component.get("purl", "")).split("?")[0].split("#")[0]
    return unquote(purl.rpartition("@")[2]) if "@" in purl else None


def _hub_name(component: Component) -> str | None:
    purl = str(component.get("purl", ""))
    if purl.startswith("pkg:huggingface/"):
        path = purl.removeprefix("pkg:huggingface/").split("?")[0].split("#")[0]
        return unquote(path.partition("@")[0]).strip("/") or None
    links = (str(link.get("url", "")) for link in component.get("externalReferences", ()))
    return next((name for name in map(_hub_path, links) if name), None)


def _hub_path(url: str) -> str | None:
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    owner_and_name = parts.path.strip("/").split("/")[:2]
    if parts.netloc not in _HUB_HOSTS or len(owner_and_name) != 2 or owner_and_name[0] in _NO_OWNERS:
        return None
    return "/".join(owner_and_name)


def _walk(*roots: Component) -> Iterator[Component]:
    """Yield components before those inside them, without recursion."""
    waiting = deque(root for root in roots if root)
    while waiting:
        component = waiting.popleft()
        yield component
        waiting.extendleft(reversed(component.get("components", ())))
