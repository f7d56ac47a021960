package dev.lungo.machine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.isa.Width;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Interrupts in all directions at once: nobody waits for ever, and none is lost. */
@Timeout(60)
class InterruptStormTest {
    private static final int CPUS = 4;
    private static final int IPIS = 2_000;
    private static final int LEVEL_INTERRUPTS = 100;

    private static final int PIN = 20;
    private static final int LEVEL_VECTOR = 0x50;
    private static final int IPI_VECTOR = 0x40;

    // Local APIC
    private static final int EOI = 0xB0;
    private static final int SVR = 0xF0;
    private static final int ICR_LOW = 0x300;
    private static final int ENABLED = 0x1FF;
    private static final int ALL_BUT_SELF = 0b11 << 18 | 1 << 14;

    private final ApicBus bus = new ApicBus();
    private final Timers timers = new Timers(() -> 0);
    private final List<LocalApic> apics = new ArrayList<>();
    private final IoApic ioApic = new IoApic(0, bus);
    private final Pic8259Pair pic = new Pic8259Pair(bus::lint0);
    private final IrqLine line = new IrqRouter(pic, ioApic).gsi(PIN);
    private final AtomicInteger taken = new AtomicInteger();
    private volatile boolean over;

    InterruptStormTest() {
        bus.connectInta(pic::acknowledge);
        for (int i = 0; i < CPUS; i++) {
            LocalApic apic = new LocalApic(i, bus, timers);
            apic.writeMmio(SVR, ENABLED);
            apics.add(apic);
        }
        // level-triggered, lowest priority, to whoever is in the broadcast destination
        ioApic.write(0, Width.DWORD, 0x10 + 2 * PIN + 1);
        ioApic.write(0x10, Width.DWORD, 0xFF00_0000L);
        ioApic.write(0, Width.DWORD, 0x10 + 2 * PIN);
        ioApic.write(0x10, Width.DWORD, 1 << 15 | 1 << 8 | LEVEL_VECTOR);
    }

    @Test
    void messagesBetweenProcessorsAndDevicesAllArrive()
            throws InterruptedException, ExecutionException {
        List<FutureTask<Void>> tasks = new ArrayList<>();
        for (LocalApic each : apics) {
            tasks.add(start(() -> processor(each)));
        }

        for (int i = 0; i < LEVEL_INTERRUPTS; i++) {
            line.set(true);
            while (taken.get() == i) {
                LockSupport.parkNanos(10_000);
            }
        }
        over = true;

        for (FutureTask<Void> each : tasks) {
            each.get();
        }
        assertThat(taken).hasValue(LEVEL_INTERRUPTS);
    }

    private static FutureTask<Void> start(Runnable body) {
        FutureTask<Void> task = new FutureTask<>(body, null);
        Thread.ofPlatform().daemon().start(task);
        return task;
    }

    private void processor(LocalApic apic) {
        for (int i = 0; i < IPIS || !over; i++) {
            if (i < IPIS) {
                apic.writeMmio(ICR_LOW, ALL_BUT_SELF | IPI_VECTOR + apic.id());
            } else {
                LockSupport.parkNanos(10_000);
            }
            while (apic.hasInterrupt()) {
                if (apic.acknowledge() == LEVEL_VECTOR) {
                    line.set(false);
                    taken.incrementAndGet();
                }
                apic.writeMmio(EOI, 0);
            }
        }
    }
}
