"""System check: a sheet's captions must be drawable, or every sheet would go out with empty boxes on it."""

from typing import Any

from django.core.checks import Error, Tags, register

from . import fonts

SAMPLE = "发货底单签收红章证明"


@register(Tags.compatibility)
def captions_can_be_drawn(app_configs: Any = None, **_kwargs: Any) -> list[Error]:
    """files.E001 unless the caption font draws 发货底单, each character as a shape of its own."""
    try:
        missing = fonts.missing(SAMPLE)
    except (OSError, ImportError) as error:
        return [_error(f"The caption font can't be opened: {error.__class__.__name__}.")]
    if missing:
        return [_error(f"The caption font has no shape for: {' '.join(missing)}.")]
    return []


def _error(sentence: str) -> Error:
    hint = "Set CAPTION_FONT to a CJK font file, or install the package cvttf-notosanscjk-regular."
    return Error(sentence, hint=hint, id="files.E001")
