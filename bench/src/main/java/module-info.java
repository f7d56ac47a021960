/** Whole guests, timed side by side with QEMU, and devices on their own. */
@org.jspecify.annotations.NullMarked
module dev.lungo.bench {
    requires static org.jspecify;
    requires dev.lungo.isa;
    requires dev.lungo.machine;
    requires dev.lungo.devices;
    requires dev.lungo.firmware;
    requires dev.lungo.pc;
    requires dev.lungo.host;
    requires dev.lungo.kvm;
    requires java.management;

    uses dev.lungo.machine.Engine;
}
