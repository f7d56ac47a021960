package dev.lungo.firmware.uefi;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lungo.boot.Guid;
import dev.lungo.firmware.uefi.boottime.BootService;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The firmware's own drivers and the guest's, on the controllers that both know. */
class DriversTest {
    private static final Guid BINDING = Guid.parse("18a031ab-b443-4d1a-a5c0-0c09261e9f71");
    private static final Guid NAME = Guid.parse("6a7a5cff-e8d9-4f70-bada-75ab3025ce14");
    private static final Guid SERIAL = Guid.parse("bb25cf6f-f1d4-11d2-9a0c-0090273fc1fd");
    private static final Guid TEXT_OUT = Guid.parse("387477c2-69c7-11d2-8e39-00a0c969723b");
    private static final Guid PLATFORM = Guid.parse("6b30c738-a391-11d4-9a3b-0090273fc14d");
    private static final Guid FAMILY = Guid.parse("b1ee129e-da36-4181-91f8-04a4923766a7");
    private static final Guid BUS = Guid.parse("3bc1b285-8a15-4a82-aabf-4d7d13fb3265");
    private static final int BY_DRIVER = 0x10;
    private static final int EXCLUSIVE = 0x20;
    private static final long OUT = Rig.SCRATCH;
    private static final long MADE = Rig.SCRATCH + 0x3_0000;

    private final Rig rig = new Rig();
    private final List<String> asked = new ArrayList<>();
    private long next = MADE;

    @Test
    void ownDriversHaveNamesInEnglishOnly() {
        List<String> names = new ArrayList<>();
        rig.memory.write(OUT + 64, new byte[] {'e', 'n', 0, 'd', 'e', 0});

        for (long handle : with(NAME)) {
            long name = protocol(handle, NAME);
            long getDriverName = rig.memory.getLong(name);
            assertThat(rig.call(getDriverName, name, OUT + 67, OUT))
                    .isEqualTo(EfiStatus.UNSUPPORTED);
            assertThat(rig.call(getDriverName, name, OUT + 64, OUT)).isEqualTo(EfiStatus.SUCCESS);
            names.add(text(rig.memory.getLong(OUT)));
        }

        assertThat(names)
                .contains("PCI Bus Driver", "File System Driver", "Serial Console Driver")
                .doesNotHaveDuplicates();
    }

    @Test
    void whoWantsAPortForItselfHasItsDriverStopped() {
        long port = with(SERIAL).getFirst();
        long application = with(BINDING).getLast();
        int consoles = with(TEXT_OUT).size();

        long status = open(port, SERIAL, application, 0, EXCLUSIVE);

        assertThat(status).isEqualTo(EfiStatus.SUCCESS);
        assertThat(with(TEXT_OUT)).hasSize(consoles - 1);
        assertThat(rig.boot(BootService.ConnectController, port, 0, 0, 1))
                .isEqualTo(EfiStatus.NOT_FOUND);
        rig.boot(BootService.CloseProtocol, port, rig.put(SERIAL), application, 0);
        assertThat(rig.boot(BootService.ConnectController, port, 0, 0, 1))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(with(TEXT_OUT)).hasSize(consoles);
    }

    @Test
    void aGuestsDriverCannotHaveWhatOursHasUnlessItIsDisconnected() {
        long port = with(SERIAL).getFirst();
        long driver = driver("guest's", 0x10);

        assertThat(open(port, SERIAL, driver, port, BY_DRIVER)).isEqualTo(EfiStatus.ACCESS_DENIED);
        assertThat(rig.boot(BootService.DisconnectController, port, 0, 0))
                .isEqualTo(EfiStatus.SUCCESS);
        assertThat(open(port, SERIAL, driver, port, BY_DRIVER)).isEqualTo(EfiStatus.SUCCESS);
        assertThat(open(port, SERIAL, driver, port, BY_DRIVER))
                .isEqualTo(EfiStatus.ALREADY_STARTED);
    }

    @Test
    void allThatHangsOnTheRootBridgeGoesAndComesBack() {
        long root = with(Guid.parse("2f707ebb-4a1a-11d4-9a38-0090273fc14d")).getFirst();

        int consoles = with(TEXT_OUT).size();

        rig.boot(BootService.DisconnectController, root, 0, 0);
        assertThat(with(SERIAL)).isEmpty();
        assertThat(with(TEXT_OUT)).hasSizeLessThan(consoles);
        rig.boot(BootService.ConnectController, root, 0, 0, 1);

        assertThat(with(SERIAL)).hasSize(1);
        assertThat(with(TEXT_OUT)).hasSize(consoles);
        assertThat(with(TEXT_OUT)).contains(rig.memory.getLong(rig.systemTable + 56));
    }

    @Test
    void driversAreAskedInTheSpecificationsOrder() {
        driver("low", 0x20);
        long high = driver("high", 0x30);
        long byBus = driver("by bus", 0x11);
        long byFamily = driver("by family", 0x12);
        long byPlatform = driver("by platform", 0x13);
        long byCaller = driver("by caller", 0x14);
        long controller = install(0, Guid.parse("00000000-0000-0000-0000-00000000000a"), 1);
        install(0, PLATFORM, override(byPlatform, 3));
        install(controller, BUS, override(byBus, 2));
        install(byFamily, FAMILY, place(rig.function(_ -> 7)));
        rig.memory.putLong(OUT + 128, byCaller);
        rig.memory.putLong(OUT + 136, 0);

        long status = rig.boot(BootService.ConnectController, controller, OUT + 128, 0, 0);

        assertThat(status).isEqualTo(EfiStatus.NOT_FOUND);
        assertThat(asked)
                .containsExactly("by caller", "by platform", "by family", "by bus", "high", "low");
        assertThat(high).isPositive();
    }

    @Test
    void whatOneDriverInstallsAnotherIsAskedAboutOnceMore() {
        long controller = install(0, Guid.parse("00000000-0000-0000-0000-00000000000a"), 1);
        Guid given = Guid.parse("00000000-0000-0000-0000-00000000000b");
        List<String> started = new ArrayList<>();
        binding(
                0x20,
                handle -> has(handle, given) ? 0 : EfiStatus.UNSUPPORTED,
                () -> started.add("second"));
        binding(
                0x10,
                _ -> 0,
                () -> {
                    started.add("first");
                    install(controller, given, 2);
                });

        assertThat(rig.boot(BootService.ConnectController, controller, 0, 0, 0))
                .isEqualTo(EfiStatus.SUCCESS);

        assertThat(started).containsExactly("first", "second");
    }

    // ---- The guest's side

    private interface Supported {
        long of(long controller);
    }

    private long driver(String name, int version) {
        return binding(
                version,
                _ -> {
                    asked.add(name);
                    return EfiStatus.UNSUPPORTED;
                },
                () -> {});
    }

    /** Installs a driver binding, whose image is its own handle. */
    private long binding(int version, Supported supported, Runnable start) {
        long at =
                place(
                        rig.function(supported::of),
                        rig.function(_ -> {
                            start.run();
                            return 0;
                        }),
                        rig.function(_ -> 0),
                        version,
                        0,
                        0);
        long handle = install(0, BINDING, at);
        rig.memory.putLong(at + 32, handle);
        rig.memory.putLong(at + 40, handle);
        return handle;
    }

    /** A protocol whose GetDriver() names one image and then no more. */
    private long override(long image, int arguments) {
        int[] calls = new int[1];
        return place(
                rig.function(second -> {
                    // The bus's second argument is where the image goes; the platform's is
                    // the controller, and the image goes where its third says.
                    long at = arguments == 2 ? second : rig.argument(2);
                    rig.memory.putLong(at, image);
                    return calls[0]++ == 0 ? 0 : EfiStatus.NOT_FOUND;
                }));
    }

    private long place(long... values) {
        long at = next;
        for (long value : values) {
            rig.memory.putLong(next, value);
            next += 8;
        }
        return at;
    }

    private long install(long handle, Guid guid, long address) {
        rig.memory.putLong(OUT, handle);
        rig.boot(BootService.InstallProtocolInterface, OUT, rig.put(guid), 0, address);
        return rig.memory.getLong(OUT);
    }

    private long open(long handle, Guid guid, long agent, long controller, int attributes) {
        return rig.boot(
                BootService.OpenProtocol,
                handle,
                rig.put(guid),
                OUT,
                agent,
                controller,
                attributes);
    }

    private boolean has(long handle, Guid guid) {
        return rig.boot(BootService.HandleProtocol, handle, rig.put(guid), OUT) == 0;
    }

    private long protocol(long handle, Guid guid) {
        rig.boot(BootService.HandleProtocol, handle, rig.put(guid), OUT);
        return rig.memory.getLong(OUT);
    }

    private List<Long> with(Guid guid) {
        List<Long> found = new ArrayList<>();
        if (rig.boot(BootService.LocateHandleBuffer, 2, rig.put(guid), 0, OUT, OUT + 8) == 0) {
            for (int i = 0; i < rig.memory.getLong(OUT); i++) {
                found.add(rig.memory.getLong(rig.memory.getLong(OUT + 8) + 8L * i));
            }
        }
        return found;
    }

    private String text(long at) {
        StringBuilder text = new StringBuilder();
        for (long each = at; rig.memory.getShort(each) != 0; each += 2) {
            text.append((char) rig.memory.getShort(each));
        }
        return text.toString();
    }
}
