"""What ssh-launch is made of."""
