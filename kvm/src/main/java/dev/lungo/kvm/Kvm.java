package dev.lungo.kvm;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * The host's KVM: what it has, and where machines come from. Documentation/virt/kvm/api.rst,
 * "System ioctls".
 */
final class Kvm implements AutoCloseable {
    private static final String DEVICE = "/dev/kvm";

    /** The version is this or there is nothing to talk about: api.rst, "KVM_GET_API_VERSION". */
    private static final int API_VERSION = 12;

    /** Without these there is no processor to be had as this engine runs it. */
    private static final Capability[] NEEDED = {
        Capability.USER_MEMORY,
        Capability.EXT_CPUID,
        Capability.USER_NMI,
        Capability.VCPU_EVENTS,
        Capability.DEBUGREGS,
        Capability.IMMEDIATE_EXIT
    };

    private static final int MOST_CPUID_ENTRIES = 256;
    private static final int MOST_MSRS = 1024;

    final Syscall calls = new Syscall();
    final int file;

    private Kvm(int file) {
        this.file = file;
    }

    /**
     * Why this host has no KVM that can be used: one sentence that says what to do. Costs next to
     * nothing where there is no device.
     */
    static Optional<String> obstacle() {
        if (!System.getProperty("os.name").equals("Linux")
                || !System.getProperty("os.arch").matches("amd64|x86_64")) {
            return Optional.of(
                    "KVM needs an x86-64 Linux host, and this is %s on %s"
                            .formatted(
                                    System.getProperty("os.name"), System.getProperty("os.arch")));
        }
        if (!Files.exists(Path.of(DEVICE))) {
            return Optional.of(
                    "there is no "
                            + DEVICE
                            + ": load the module kvm_intel or kvm_amd, after switching on"
                            + " virtualisation in the host's firmware setup");
        }
        try (Kvm _ = open()) {
            return Optional.empty();
        } catch (KvmException e) {
            return Optional.of(e.getMessage());
        }
    }

    /**
     * Opens it.
     *
     * @throws KvmException whose one sentence says what to do
     */
    static Kvm open() {
        Syscall calls = new Syscall();
        int file = calls.open(DEVICE);
        if (file < 0) {
            throw new KvmException(refusal(calls.errno()));
        }
        Kvm kvm = new Kvm(file);
        try {
            kvm.check();
        } catch (KvmException e) {
            kvm.close();
            throw e;
        }
        return kvm;
    }

    private static String refusal(int errno) {
        return switch (errno) {
            case Syscall.EACCES, Syscall.EPERM ->
                    "this user may not open "
                            + DEVICE
                            + ": add the user to the group kvm and log in again";
            case Syscall.ENODEV, Syscall.ENXIO ->
                    DEVICE + " has nothing behind it: load the module kvm_intel or kvm_amd";
            default -> new KvmException("opening " + DEVICE, errno).getMessage();
        };
    }

    private void check() {
        int version = calls.ioctl(file, Ioctl.GET_API_VERSION.number(), 0);
        if (version < 0) {
            throw new KvmException(
                    DEVICE + " is not KVM's device: load the module kvm_intel or kvm_amd");
        }
        if (version != API_VERSION) {
            throw new KvmException(
                    "%s speaks version %d and not %d: update the host's kernel"
                            .formatted(DEVICE, version, API_VERSION));
        }
        for (Capability each : NEEDED) {
            if (extension(each) == 0) {
                throw new KvmException(
                        "this KVM lacks KVM_CAP_" + each + ": update the host's kernel");
            }
        }
    }

    /** What the request KVM_CHECK_EXTENSION says: zero where it is not there. */
    int extension(Capability capability) {
        return Ioctl.CHECK_EXTENSION.call(calls, file, capability.number);
    }

    boolean has(Capability capability) {
        return extension(capability) != 0;
    }

    int runBytes() {
        return Ioctl.GET_VCPU_MMAP_SIZE.call(calls, file, 0);
    }

    /** What CPUID can answer here: a structure kvm_cpuid2. */
    Memory supportedCpuid() {
        Memory cpuid = new Memory(Structs.CPUID2, Structs.CPUID_ENTRY2, MOST_CPUID_ENTRIES);
        cpuid.putInt(Structs.CPUID2.at("nent"), MOST_CPUID_ENTRIES);
        Ioctl.GET_SUPPORTED_CPUID.call(calls, file, cpuid);
        return cpuid;
    }

    /** The MSRs that are to be kept when a processor's state is. */
    int[] msrs() {
        int first = Structs.MSR_LIST.at("indices");
        Memory list = new Memory(first + 4 * MOST_MSRS);
        list.putInt(0, MOST_MSRS);
        Ioctl.GET_MSR_INDEX_LIST.call(calls, file, list);
        int[] msrs = new int[list.getInt(0)];
        for (int i = 0; i < msrs.length; i++) {
            msrs[i] = list.getInt(first + 4 * i);
        }
        return msrs;
    }

    @Override
    public void close() {
        calls.close(file);
    }
}
