"""What emerges: places and parts where more happens, recently, than chance allows."""
