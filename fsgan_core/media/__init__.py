"""Pictures in and out: EXR, PNG, JPEG, TIFF, DPX by OpenImageIO, movies by PyAV."""
