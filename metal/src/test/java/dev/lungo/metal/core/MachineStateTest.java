package dev.lungo.metal.core;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Cr0;
import dev.lungo.metal.Vcpu;
import org.junit.jupiter.api.Test;

class MachineStateTest {
    @Test
    void aSipiBeginsInRealModeAtItsVectorsPage() {
        MachineState state = new MachineState();
        Vcpu vcpu = new Vcpu();
        vcpu.rbx = 7;
        vcpu.rip = 0x1000;

        state.startup(vcpu, 0x9A, Cr0.PG | Cr0.PE | Cr0.CD, 0x306A9);

        assertThat(state.selectors[MachineState.CS]).isEqualTo(0x9A00);
        assertThat(state.bases[MachineState.CS]).isEqualTo(0x9A000);
        assertThat(vcpu.rip).isZero();
        assertThat(vcpu.rbx).isZero();
        assertThat(vcpu.rdx).isEqualTo(0x306A9); // the processor's signature
        assertThat(state.cr0).isEqualTo(Cr0.CD | Cr0.ET); // INIT leaves CD as it was
    }
}
