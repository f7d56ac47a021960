package dev.lungo.devices;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import dev.lungo.machine.PortBus;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SmallDevicesTest {
    private int resets;

    @Test
    void debugExitEndsWithTwiceTheValueAndOne() {
        int[] status = {-1};
        PortBus ports = new PortBus();
        ports.map(0xF4, DebugExit.PORTS, new DebugExit(value -> status[0] = value));

        ports.write(0xF4, Width.DWORD, 0x10);
        assertThat(status[0]).isEqualTo(0x21);
        ports.write(0xF4, Width.BYTE, 0);
        assertThat(status[0]).isEqualTo(1);
    }

    @Test
    void resetControlResetsAsRcpuRises() {
        ResetControl control = new ResetControl(() -> resets++);

        control.write(0, 0x02);
        assertThat(resets).isZero();
        assertThat(control.read(0)).isEqualTo(0x02);
        control.write(0, 0x06);
        control.write(0, 0x06);
        assertThat(resets).isEqualTo(1);
    }

    @Test
    void fastA20ResetsAndMovesTheGate() {
        List<Boolean> gate = new ArrayList<>();
        FastA20 port = new FastA20(new A20Gate(gate::add), () -> resets++);
        assertThat(port.read(0)).isEqualTo(0x02);

        port.write(0, 0x00);
        assertThat(port.read(0)).isZero();
        port.write(0, 0x02);
        port.write(0, 0x03);

        assertThat(gate).containsExactly(false, true);
        assertThat(resets).isEqualTo(1);
    }

    @Test
    void aSinkKeepsTheLastByte() {
        PortSink sink = new PortSink(2);

        sink.write(1, 0xA5);

        assertThat(sink.read(0)).isZero();
        assertThat(sink.read(1)).isEqualTo(0xA5);
    }
}
