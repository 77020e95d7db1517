"""The pages on which a launch is prepared, checked and watched."""
