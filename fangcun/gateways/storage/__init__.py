"""Where pictures and papers are kept: a folder or an S3-compatible bucket, whichever the settings name."""

from fangcun.gateways.storage.files import (
    PRIVATE_PAPERS,
    FileRefused,
    StoredFile,
    read_file,
    remove_file,
    store_file,
)
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
    "PRIVATE_PAPERS",
    "FileRefused",
    "ImageRefused",
    "StoredFile",
    "StoredImage",
    "drawn_once",
    "image_url",
    "jpeg_of",
    "read_file",
    "read_image",
    "remove_file",
    "remove_image",
    "storage_ready",
    "store_file",
    "store_image",
]
