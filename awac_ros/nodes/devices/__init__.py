"""What a person teleoperates with: one small file a device, all behind `device.Device`."""
