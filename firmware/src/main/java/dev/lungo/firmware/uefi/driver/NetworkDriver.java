package dev.lungo.firmware.uefi.driver;

import dev.lungo.firmware.Board;
import dev.lungo.firmware.uefi.DevicePath;
import dev.lungo.firmware.uefi.boottime.PageMap;
import dev.lungo.firmware.uefi.driver.Made.Child;
import dev.lungo.firmware.uefi.network.SimpleNetwork;
import dev.lungo.firmware.uefi.network.VirtioNic;
import dev.lungo.firmware.uefi.protocol.PciIo;
import dev.lungo.firmware.uefi.protocol.Protocols;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The driver of virtio network devices: the child of each is its port. */
public final class NetworkDriver {
    /** "MAC Address Device Path" (10.3.4.11). */
    private static final int MAC = 11;

    private final Protocols protocols;
    private final Board board;
    private final PageMap pages;
    private final PciIo pciIo;

    /** By function, made when the driver is first started on it. */
    private final Map<Integer, SimpleNetwork> networks = new HashMap<>();

    public NetworkDriver(Protocols protocols, Board board, PageMap pages, PciDriver pci) {
        this.protocols = protocols;
        this.board = board;
        this.pages = pages;
        pciIo = pci.pciIo();
    }

    Maker.@Nullable Start look(long controller) {
        int function = pciIo.function(protocols.handles().address(controller, PciIo.GUID));
        if (function < 0) {
            return null;
        }
        VirtioNic nic = new VirtioNic(board, pages, function);
        return nic.isThere() ? () -> make(nic, function) : null;
    }

    private Made make(VirtioNic nic, int function) {
        SimpleNetwork network =
                networks.computeIfAbsent(function, _ -> new SimpleNetwork(protocols, nic));
        DevicePath path =
                DevicePath.pciRoot()
                        .pci(function >> 3, function & 7)
                        .with(DevicePath.MESSAGING, MAC, network.macAddress());
        return Made.children(
                "Virtio Network Adapter",
                List.of(
                        new Child(
                                "Network Port",
                                List.of(protocols.product(path), network.product()))));
    }

    /** No device reaches memory from now on. */
    public void stop() {
        networks.values().forEach(SimpleNetwork::shutDown);
    }
}
