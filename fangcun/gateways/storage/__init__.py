"""Where pictures are kept: a folder or an S3-compatible bucket, whichever the settings name."""

from fangcun.gateways.storage.images import (
    ImageRefused,
    StoredImage,
    image_url,
    read_image,
    remove_image,
    store_image,
)
from fangcun.gateways.storage.jpeg import jpeg_of
from fangcun.gateways.storage.keeping import drawn_once
from fangcun.gateways.storage.readiness import storage_ready

__all__ = [
    "ImageRefused",
    "StoredImage",
    "drawn_once",
    "image_url",
    "jpeg_of",
    "read_image",
    "remove_image",
    "storage_ready",
    "store_image",
]
