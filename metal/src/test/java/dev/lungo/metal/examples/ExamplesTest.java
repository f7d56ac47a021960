package dev.lungo.metal.examples;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.metal.Configuration;
import dev.lungo.metal.Guest;
import dev.lungo.metal.NotedIntercepts;
import dev.lungo.metal.Vcpu;
import org.junit.jupiter.api.Test;

class ExamplesTest {
    private final Vcpu vcpu = new Vcpu();

    @Test
    void theInspectorTellsHowManyExitsThereWere() {
        vcpu.exits = 0x1_0000_0002L;

        new Inspector().cpuid(vcpu, Inspector.LEAF, 0);

        assertThat(vcpu.rax).isEqualTo(2);
        assertThat(vcpu.rbx).isEqualTo(1);
    }

    @Test
    void theInspectorLeavesOtherLeavesAlone() {
        vcpu.rax = 0x16;

        new Inspector().cpuid(vcpu, 0, 0);

        assertThat(vcpu.rax).isEqualTo(0x16);
    }

    @Test
    void aGuestReadsTheHighestMicrocodeRevisionAndLoadsNone() {
        KeptMicrocode hypervisor = new KeptMicrocode();

        boolean read = hypervisor.readMsr(vcpu, 0x8B);
        boolean dropped = hypervisor.writeMsr(vcpu, 0x79, 0x1234);

        assertThat(read).isTrue();
        assertThat(Guest.edxEax(vcpu)).isEqualTo(-1);
        assertThat(dropped).isTrue();
    }

    @Test
    void otherRegistersPassThrough() {
        assertThat(new KeptMicrocode().readMsr(vcpu, 0x10)).isFalse();
        assertThat(new KeptMicrocode().writeMsr(vcpu, 0x10, 0)).isFalse();
    }

    @Test
    void aGuardedPortReadsOnesAndKeepsTheRestOfTheRegister() {
        vcpu.rax = 0x1234_5600;

        boolean answered = new PortGuard().portIn(vcpu, 0x71, 1);

        assertThat(answered).isTrue();
        assertThat(vcpu.rax).isEqualTo(0x1234_56FF);
    }

    @Test
    void thePortsThatAreGuardedAreTheConfigurations() {
        NotedIntercepts intercepts = new NotedIntercepts();

        new PortGuard().begin(intercepts, Configuration.of("guard.port = 2F8h"));

        assertThat(intercepts.noted).containsExactly("port 2F8h", "port 2F9h");
    }

    @Test
    void writesToAWatchedPageHappenAndAreCounted() {
        PageWatch hypervisor = new PageWatch();

        boolean kept = hypervisor.memory(vcpu, 0x46C, true);
        hypervisor.memory(vcpu, 0x46C, true);
        hypervisor.vmcall(vcpu, PageWatch.WRITES);

        assertThat(kept).isFalse();
        assertThat(vcpu.rax).isEqualTo(2);
    }
}
