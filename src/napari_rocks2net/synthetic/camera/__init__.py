"""Camera: exposure, focus, noise and JPEG."""
