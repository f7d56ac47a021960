/** The devices of a PC. */
@org.jspecify.annotations.NullMarked
module dev.lungo.devices {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;

    exports dev.lungo.devices;
    exports dev.lungo.devices.display;
    exports dev.lungo.devices.pci;
    exports dev.lungo.devices.virtio;
}
