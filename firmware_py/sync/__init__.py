"""The hall on the broker: events, pictures, health and commands over MQTT 5."""
