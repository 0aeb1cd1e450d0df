"""What is asked at the desk."""
