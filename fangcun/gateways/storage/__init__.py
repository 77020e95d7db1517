"""Where pictures are kept: a folder or an S3-compatible bucket, whichever the settings name."""

from fangcun.gateways.storage.images import ImageRefused, StoredImage, image_url, remove_image, store_image
from fangcun.gateways.storage.jpeg import jpeg_of
from fangcun.gateways.storage.readiness import storage_ready

__all__ = [
    "ImageRefused",
    "StoredImage",
    "image_url",
    "jpeg_of",
    "remove_image",
    "storage_ready",
    "store_image",
]
