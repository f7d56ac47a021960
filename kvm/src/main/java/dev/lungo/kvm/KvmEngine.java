package dev.lungo.kvm;

import dev.lungo.host.HostMemory;
import dev.lungo.machine.CpuSetup;
import dev.lungo.machine.Engine;
import dev.lungo.machine.EngineException;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.VirtualCpu;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The engine that has the host's processor run the guest: see {@link KvmCpu}. */
public final class KvmEngine implements Engine {
    /** Of the processors made last. */
    private @Nullable Vm machine;

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
            machine = new Vm(Kvm.open(), mapped);
        }
        return machine;
    }
}
