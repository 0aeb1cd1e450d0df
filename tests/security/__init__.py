"""What strangers on the internet may try, and what nobody may ever see."""
