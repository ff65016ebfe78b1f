"""Work beside the GUI: jobs, debouncing, the training process, questions, closing, what is remembered."""
