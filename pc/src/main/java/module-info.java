/** The board: a MachineSpec in, a wired machine out. */
@org.jspecify.annotations.NullMarked
module dev.lungo.pc {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;
    requires transitive dev.lungo.boot;
    requires transitive dev.lungo.firmware;
    requires dev.lungo.devices;

    exports dev.lungo.pc;
}
