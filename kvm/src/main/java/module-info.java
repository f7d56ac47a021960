/** The engine over {@code /dev/kvm}. */
@org.jspecify.annotations.NullMarked
module dev.lungo.kvm {
    requires static org.jspecify;
    requires transitive dev.lungo.machine;
    requires dev.lungo.host;

    exports dev.lungo.kvm;

    provides dev.lungo.machine.Engine with
            dev.lungo.kvm.KvmEngine;
}
