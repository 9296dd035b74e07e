"""Upload quotas for the rules desk; the files themselves have no page here: they are opened from their cases."""

from django.contrib import admin

from foundation.policies.admin import PolicyAdmin

from .models import UploadPolicy

admin.site.register(UploadPolicy, PolicyAdmin)
