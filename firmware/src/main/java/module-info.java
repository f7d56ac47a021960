/** Firmware whose services are Java, entered by trap stubs. */
@org.jspecify.annotations.NullMarked
module dev.lungo.firmware {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;
    requires transitive dev.lungo.boot;

    exports dev.lungo.firmware;
    exports dev.lungo.firmware.bios;
    exports dev.lungo.firmware.text;
    exports dev.lungo.firmware.uefi;
    exports dev.lungo.firmware.uefi.manager;
    exports dev.lungo.firmware.uefi.signatures;
    exports dev.lungo.firmware.uefi.variables;
}
