"""Whether the streams are alive, on rate and valid, and whether the camera sees anything."""
