"""The private listener's plain parts."""
