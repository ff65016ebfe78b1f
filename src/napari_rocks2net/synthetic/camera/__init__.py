"""What microscope and camera make of the light."""
