"""Static files under hashed names, in CSS and in ES modules alike."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class HashedStaticFiles(CompressedManifestStaticFilesStorage):  # type: ignore[misc]  # whitenoise has no types
    # Without this, `import` inside modules keeps the unhashed names, which can't be cached for long.
    support_js_module_import_aggregation = True
