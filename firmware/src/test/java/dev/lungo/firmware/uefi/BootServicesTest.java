package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.boottime.BootService;
import dev.lungo.firmware.uefi.boottime.Event;
import dev.lungo.firmware.uefi.boottime.MemoryType;
import dev.lungo.firmware.uefi.boottime.Tpl;
import dev.lungo.firmware.uefi.runtime.RuntimeService;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class BootServicesTest {
    private static final Guid A = Guid.parse("00000000-0000-0000-0000-00000000000a");
    private static final Guid B = Guid.parse("00000000-0000-0000-0000-00000000000b");
    private static final long OUT = Rig.SCRATCH;
    private static final long MAP = Rig.SCRATCH + 0x3_0000;
    private static final long EVENT_TIMER_SIGNAL = 0x8000_0200L;

    private final Rig rig = new Rig();

    // ---- Memory

    @Test
    void pagesAreInTheMapWhileTheyAreAllocatedAndChangeItsKey() {
        long key = mapKey();
        rig.boot(BootService.AllocatePages, 0, MemoryType.LOADER_DATA, 3, OUT);
        long pages = rig.memory.getLong(OUT);

        assertThat(mapKey()).isNotEqualTo(key);
        assertThat(typeOf(pages + 2 * 4096)).isEqualTo(MemoryType.LOADER_DATA);
        assertThat(rig.boot(BootService.FreePages, pages, 3)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(typeOf(pages)).isEqualTo(MemoryType.CONVENTIONAL);
        assertThat(rig.boot(BootService.FreePages, pages, 3)).isEqualTo(EfiStatus.NOT_FOUND);
    }

    @Test
    void pagesAtAnAddressAreGivenOnce() {
        rig.memory.putLong(OUT, 0x80_0000);

        long first = rig.boot(BootService.AllocatePages, 2, MemoryType.LOADER_CODE, 1, OUT);
        long second = rig.boot(BootService.AllocatePages, 2, MemoryType.LOADER_CODE, 1, OUT);

        assertThat(first).isEqualTo(EfiStatus.SUCCESS);
        assertThat(second).isEqualTo(EfiStatus.NOT_FOUND);
    }

    @Test
    void aBufferIsFreedOnceAndOnlyAtItsBeginning() {
        rig.boot(BootService.AllocatePool, MemoryType.LOADER_DATA, 100, OUT);
        long buffer = rig.memory.getLong(OUT);

        assertThat(buffer % 8).isZero();
        assertThat(rig.boot(BootService.FreePool, buffer + 8))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(rig.boot(BootService.FreePool, buffer)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.boot(BootService.FreePool, buffer)).isEqualTo(EfiStatus.INVALID_PARAMETER);
    }

    @Test
    void bootServicesEndOnlyWithTheKeyOfTheMapAsItIs() {
        long key = mapKey();
        rig.boot(BootService.AllocatePages, 0, MemoryType.LOADER_DATA, 1, OUT);

        assertThat(rig.boot(BootService.ExitBootServices, 0, key))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(rig.boot(BootService.ExitBootServices, 0, mapKey()))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.bootServices()).isZero();
        assertThat(rig.runtime(RuntimeService.GetVariable, rig.put("x"), rig.put(A), 0, OUT, 0))
                .isEqualTo(EfiStatus.NOT_FOUND);
    }

    // ---- Events

    @Test
    void functionsAreCalledTheHighestLevelFirstOnceTheLevelIsLowEnough() {
        List<String> called = new ArrayList<>();
        long low = event(Event.NOTIFY_SIGNAL, Tpl.CALLBACK, "callback", called);
        long high = event(Event.NOTIFY_SIGNAL, Tpl.NOTIFY, "notify", called);
        rig.boot(BootService.RaiseTPL, Tpl.HIGH_LEVEL);
        rig.boot(BootService.SignalEvent, low);
        rig.boot(BootService.SignalEvent, high);
        assertThat(called).isEmpty();

        rig.boot(BootService.RestoreTPL, Tpl.APPLICATION);

        assertThat(called).containsExactly("notify", "callback");
    }

    @Test
    void aPeriodicTimerCallsAsOftenAsItsPeriodGoesByInAStall() {
        List<String> called = new ArrayList<>();
        long timer = event((int) EVENT_TIMER_SIGNAL, Tpl.CALLBACK, "tick", called);
        rig.boot(BootService.SetTimer, timer, 1, 100_000); // 10 ms

        rig.boot(BootService.Stall, 35_000);

        assertThat(called).hasSize(3);
    }

    @Test
    void whoWaitsForATimerIsToldWhichOfTheEventsItWas() {
        rig.boot(BootService.CreateEvent, 0x8000_0000L, 0, 0, 0, OUT);
        long never = rig.memory.getLong(OUT);
        rig.boot(BootService.CreateEvent, 0x8000_0000L, 0, 0, 0, OUT);
        long soon = rig.memory.getLong(OUT);
        rig.boot(BootService.SetTimer, soon, 2, 1_000);
        rig.memory.putLong(OUT + 64, never);
        rig.memory.putLong(OUT + 72, soon);

        long status = rig.boot(BootService.WaitForEvent, 2, OUT + 64, OUT);

        assertThat(status).isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.memory.getLong(OUT)).isEqualTo(1);
    }

    private long event(int type, int level, String name, List<String> called) {
        long function =
                rig.function(_ -> {
                    called.add(name);
                    return 0;
                });
        rig.boot(BootService.CreateEvent, type, level, function, 0, OUT);
        return rig.memory.getLong(OUT);
    }

    // ---- Protocols

    @Test
    void aProtocolIsFoundWhereItWasInstalledUntilTheHandleIsGone() {
        rig.memory.putLong(OUT, 0);
        rig.boot(BootService.InstallProtocolInterface, OUT, rig.put(A), 0, 0x1234);
        long handle = rig.memory.getLong(OUT);

        assertThat(rig.boot(BootService.HandleProtocol, handle, rig.put(A), OUT + 8))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(rig.memory.getLong(OUT + 8)).isEqualTo(0x1234);
        assertThat(rig.boot(BootService.HandleProtocol, handle, rig.put(B), OUT + 8))
                .isEqualTo(EfiStatus.UNSUPPORTED);
        rig.boot(BootService.UninstallProtocolInterface, handle, rig.put(A), 0x1234);
        assertThat(rig.boot(BootService.HandleProtocol, handle, rig.put(A), OUT + 8))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
    }

    @Test
    void installingSeveralProtocolsIsAllOrNothing() {
        rig.memory.putLong(OUT, 0);
        rig.memory.write(OUT + 128, A.toBytes());
        rig.memory.write(OUT + 144, B.toBytes());

        long status =
                rig.boot(
                        BootService.InstallMultipleProtocolInterfaces,
                        OUT,
                        OUT + 128,
                        1,
                        OUT + 144,
                        2,
                        OUT + 128,
                        3,
                        0);

        assertThat(status).isEqualTo(EfiStatus.INVALID_PARAMETER);
        assertThat(rig.memory.getLong(OUT)).isZero();
        assertThat(rig.boot(BootService.LocateProtocol, OUT + 128, 0, OUT + 8))
                .isEqualTo(EfiStatus.NOT_FOUND);
    }

    @Test
    void aDriverHasAProtocolForItselfUntilItClosesIt() {
        rig.memory.putLong(OUT, 0);
        rig.boot(BootService.InstallProtocolInterface, OUT, rig.put(A), 0, 0x1234);
        long handle = rig.memory.getLong(OUT);
        rig.memory.putLong(OUT, 0);
        rig.boot(BootService.InstallProtocolInterface, OUT, rig.put(B), 0, 0);
        long other = rig.memory.getLong(OUT);

        assertThat(open(handle, handle)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(open(handle, handle)).isEqualTo(EfiStatus.ALREADY_STARTED);
        assertThat(open(handle, other)).isEqualTo(EfiStatus.ACCESS_DENIED);
        rig.boot(BootService.CloseProtocol, handle, rig.put(A), handle, handle);
        assertThat(open(handle, other)).isEqualTo(EfiStatus.SUCCESS);
    }

    private long open(long handle, long agent) {
        int byDriver = 0x10;
        return rig.boot(
                BootService.OpenProtocol, handle, rig.put(A), OUT + 8, agent, handle, byDriver);
    }

    // ---- Others

    @Test
    void checksumsAreThoseOfTheTables() {
        int size = rig.memory.getInt(rig.systemTable + 12);
        int said = rig.memory.getInt(rig.systemTable + 16);
        rig.boot(BootService.CopyMem, MAP, rig.systemTable, size);
        rig.memory.putInt(MAP + 16, 0);

        rig.boot(BootService.CalculateCrc32, MAP, size, OUT);

        assertThat(rig.memory.getInt(OUT)).isEqualTo(said);
    }

    @Test
    void overlappingMemoryIsCopiedAsThoughItWereReadBefore() {
        rig.memory.putLong(OUT, 0x0807_0605_0403_0201L);

        rig.boot(BootService.CopyMem, OUT + 1, OUT, 8);

        assertThat(rig.memory.getLong(OUT + 1)).isEqualTo(0x0807_0605_0403_0201L);
    }

    @Test
    void aPointerToNoMemoryIsAnInvalidParameter() {
        assertThat(rig.boot(BootService.AllocatePool, MemoryType.LOADER_DATA, 8, Rig.RAM))
                .isEqualTo(EfiStatus.INVALID_PARAMETER);
    }

    private long mapKey() {
        rig.memory.putLong(OUT + 256, 0x4000);
        long status =
                rig.boot(BootService.GetMemoryMap, OUT + 256, MAP, OUT + 264, OUT + 272, OUT + 280);
        assertThat(status).isEqualTo(EfiStatus.SUCCESS);
        return rig.memory.getLong(OUT + 264);
    }

    private int typeOf(long address) {
        mapKey();
        long each = rig.memory.getLong(OUT + 272);
        for (long at = MAP; at < MAP + rig.memory.getLong(OUT + 256); at += each) {
            long start = rig.memory.getLong(at + 8);
            if (address >= start && address < start + rig.memory.getLong(at + 24) * 4096) {
                return rig.memory.getInt(at);
            }
        }
        return -1;
    }
}
