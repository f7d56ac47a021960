package dev.lungo.pc;

import dev.lungo.devices.pci.MessageBus;
import dev.lungo.devices.pci.PciHost;
import dev.lungo.devices.virtio.VirtioBalloon;
import dev.lungo.devices.virtio.VirtioBlock;
import dev.lungo.devices.virtio.VirtioConsole;
import dev.lungo.devices.virtio.VirtioDevice;
import dev.lungo.devices.virtio.VirtioEntropy;
import dev.lungo.devices.virtio.VirtioFunction;
import dev.lungo.devices.virtio.VirtioNet;
import dev.lungo.machine.ApicBus;
import dev.lungo.machine.GuestMemory;
import dev.lungo.machine.InterruptMessage;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** The virtio devices of a machine: one in each slot of PCI bus 0, from the first on. */
final class VirtioDevices {
    /** The first disk's, which the others follow. */
    static final int FIRST_SLOT = 1;

    private static final int MOST_BLOCK_QUEUES = 8;
    private static final int MOST_NETWORK_PAIRS = 4;

    private final PciHost pci;
    private final GuestMemory memory;
    private final MessageBus messages;
    private final Peripherals peripherals;
    private final List<VirtioFunction> functions = new ArrayList<>();

    VirtioDevices(PciHost pci, GuestMemory memory, ApicBus apicBus, Peripherals peripherals) {
        this.pci = pci;
        this.memory = memory;
        this.peripherals = peripherals;
        messages =
                (address, data) -> {
                    if (InterruptMessage.isMsi(address)) {
                        apicBus.deliverMsi(address, data);
                    }
                };
    }

    /** Makes them all. */
    void add(int cpus) {
        addDisks(cpus);
        addNetworks(cpus);
        addConsoles();
        addEntropy();
        addBalloon();
    }

    private void addNetworks(int cpus) {
        for (Peripherals.Network network : peripherals.networks()) {
            add(
                    network.packed(),
                    function ->
                            new VirtioNet(
                                    function,
                                    network.backend(),
                                    network.mac(),
                                    Math.min(cpus, MOST_NETWORK_PAIRS),
                                    peripherals.workers()));
        }
    }

    private void addDisks(int cpus) {
        for (Peripherals.Disk disk : peripherals.disks()) {
            add(
                    disk.packed(),
                    function ->
                            new VirtioBlock(
                                    function,
                                    disk.backend(),
                                    disk.serial(),
                                    Math.min(cpus, MOST_BLOCK_QUEUES),
                                    peripherals.workers(),
                                    peripherals.tellUser()));
        }
    }

    private void addConsoles() {
        if (!peripherals.consoles().isEmpty()) {
            add(function ->
                    new VirtioConsole(function, peripherals.consoles(), peripherals.workers()));
        }
    }

    private void addEntropy() {
        peripherals
                .entropy()
                .ifPresent(source ->
                        add(function ->
                                new VirtioEntropy(function, source, peripherals.workers())));
    }

    private void addBalloon() {
        peripherals
                .balloon()
                .ifPresent(balloon ->
                        add(function ->
                                new VirtioBalloon(
                                        function,
                                        balloon.host()::giveBack,
                                        balloon.wantedBytes(),
                                        peripherals.workers())));
    }

    private void add(Function<VirtioFunction, VirtioDevice> device) {
        add(/* packed= */ false, device);
    }

    private void add(boolean packed, Function<VirtioFunction, VirtioDevice> device) {
        VirtioFunction function =
                new VirtioFunction(device, memory, messages, packed, peripherals.tellUser());
        pci.attach(FIRST_SLOT + functions.size(), 0, function.config());
        functions.add(function);
    }

    /** RST#. Waits for requests under way. */
    void reset() {
        functions.forEach(VirtioFunction::reset);
    }
}
