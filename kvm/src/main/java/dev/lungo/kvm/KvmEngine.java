package dev.lungo.kvm;

import dev.lungo.host.HostMemory;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.EngineException;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.Tracer;
import dev.lungo.machine.VirtualCpu;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The engine that has the host's processor run the guest: see {@link KvmCpu}. */
public final class KvmEngine implements Engine {
    /** Whose local APICs processors have. */
    private enum Apics {
        BETTER,
        KERNELS,
        MACHINES
    }

    private final Apics apics;

    /** Of the processors made last. */
    private @Nullable Vm machine;

    /**
     * Local APICs are KVM's where it has what that takes and tells of an EOI {@linkplain EoiProbe
     * at once}.
     */
    public KvmEngine() {
        this(Apics.BETTER);
    }

    private KvmEngine(Apics apics) {
        this.apics = apics;
    }

    /** With KVM's local APICs even if it tells of an EOI late. */
    public static KvmEngine withKernelApics() {
        return new KvmEngine(Apics.KERNELS);
    }

    /** With local APICs of {@code machine}'s. */
    public static KvmEngine withoutKernelApics() {
        return new KvmEngine(Apics.MACHINES);
    }

    @Override
    public String name() {
        return "kvm";
    }

    /** Whatever KVM supports on this host. */
    @Override
    public List<String> cpuModels() {
        return List.of("host");
    }

    @Override
    public Optional<String> obstacle() {
        return Kvm.obstacle();
    }

    /**
     * Makes a processor of the machine that has this memory, which begins with processor 0.
     *
     * @throws EngineException if there is an {@link #obstacle}
     */
    @Override
    public synchronized VirtualCpu createCpu(CpuSetup setup) {
        try {
            return new KvmCpu(machine(setup), setup);
        } catch (KvmException e) {
            throw new EngineException(e.getMessage());
        }
    }

    private Vm machine(CpuSetup setup) {
        GuestMemory memory = setup.memory();
        if (!(memory instanceof HostMemory mapped)) {
            throw new IllegalArgumentException("KVM needs guest memory that is mapped");
        }
        if (machine == null || setup.index() == 0) {
            machine = newMachine(setup, mapped);
        }
        return machine;
    }

    /** Whoever is to be told of each instruction has to be told of HLT, too. */
    private Vm newMachine(CpuSetup setup, HostMemory memory) {
        Kvm kvm = Kvm.open();
        boolean inside =
                apics != Apics.MACHINES
                        && setup.tracer().equals(Tracer.NONE)
                        && KernelApics.areThere(kvm)
                        && (apics == Apics.KERNELS || EoiProbe.tellsAtOnce());
        Vm made = new Vm(kvm, memory, inside);
        if (made.apics != null) {
            setup.apic().handOver(made.apics);
        }
        return made;
    }
}
