/** The software x86-64 CPU. */
@org.jspecify.annotations.NullMarked
module dev.lungo.cpu {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;
    requires dev.lungo.host;

    exports dev.lungo.cpu;

    provides dev.lungo.machine.Engine with
            dev.lungo.cpu.SoftEngine;
}
