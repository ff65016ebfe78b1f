"""The Crystals widget: segment, measure and classify the crystals of SEM images."""
