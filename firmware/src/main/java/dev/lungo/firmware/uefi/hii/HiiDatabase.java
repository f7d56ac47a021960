package dev.lungo.firmware.uefi.hii;

import dev.lungo.boot.Guid;
import dev.lungo.boot.bytes.ByteWriter;
import dev.lungo.boot.bytes.Little;
import dev.lungo.firmware.uefi.BadPointer;
import dev.lungo.firmware.uefi.Call;
import dev.lungo.firmware.uefi.EfiStatus;
import dev.lungo.firmware.uefi.LinearMemory;
import dev.lungo.firmware.uefi.Unimplemented;
import dev.lungo.firmware.uefi.protocol.Protocols;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * EFI_HII_DATABASE_PROTOCOL and EFI_HII_STRING_PROTOCOL, as far as shells need them: package lists,
 * and the texts in them. UEFI 2.10, "HII Database Protocol" (34.8), "HII String Protocol" (34.3).
 *
 * <p>Left out: keyboard layouts, notification of packages, fonts, forms.
 */
public final class HiiDatabase {
    private static final Guid DATABASE = Guid.parse("ef9fc172-a1b2-4693-b327-6d32fc416042");
    private static final Guid STRING = Guid.parse("0fd96974-23aa-4cdc-b9cb-98d17750322a");

    private static final int LIST_HEADER_BYTES = 20;
    private static final int END_PACKAGE = 0xDF;
    private static final long MOST_LIST_BYTES = 4 << 20;
    private static final int MOST_LISTS = 256;

    /** In the order of the interface. */
    private enum Member {
        // spotless:off
        NewPackageList, RemovePackageList, UpdatePackageList, ListPackageLists,
        ExportPackageLists, RegisterPackageNotify, UnregisterPackageNotify, FindKeyboardLayouts,
        GetKeyboardLayout, SetKeyboardLayout, GetPackageListHandle
        // spotless:on
    }

    private enum StringMember {
        // spotless:off
        NewString, GetString, SetString, GetLanguages, GetSecondaryLanguages
        // spotless:on
    }

    /** A list: its texts, and what else is in it, as it came. */
    private static final class PackageList {
        final Guid guid;
        final long driver;
        final List<StringPackage> strings = new ArrayList<>();
        final List<byte[]> others = new ArrayList<>();

        PackageList(Guid guid, long driver) {
            this.guid = guid;
            this.driver = driver;
        }

        byte[] toBytes() {
            ByteWriter out = new ByteWriter().bytes(guid.toBytes()).u32(0);
            others.forEach(out::bytes);
            strings.forEach(each -> out.bytes(each.toBytes()));
            out.u32(4 | (long) END_PACKAGE << 24);
            return out.setU32(16, out.length()).toBytes();
        }
    }

    private final Protocols protocols;
    private final Map<Long, PackageList> lists = new LinkedHashMap<>();

    private HiiDatabase(Protocols protocols) {
        this.protocols = protocols;
    }

    public static void install(Protocols protocols, long handle) {
        HiiDatabase self = new HiiDatabase(protocols);
        long[] members =
                protocols.members("EFI_HII_DATABASE_PROTOCOL", Member.values(), self::call);
        long[] strings =
                protocols.members(
                        "EFI_HII_STRING_PROTOCOL", StringMember.values(), self::callString);
        protocols.install(
                handle, DATABASE, protocols.place(Protocols.pointers(new ByteWriter(), members)));
        protocols.install(
                handle, STRING, protocols.place(Protocols.pointers(new ByteWriter(), strings)));
    }

    private long call(Member member, Call call) {
        return switch (member) {
            case NewPackageList -> newPackageList(call);
            case RemovePackageList -> remove(call.argument(1));
            case UpdatePackageList -> updatePackageList(call);
            case ListPackageLists -> listPackageLists(call);
            case ExportPackageLists -> exportPackageLists(call);
            case GetPackageListHandle -> getPackageListHandle(call);
            case RegisterPackageNotify,
                    UnregisterPackageNotify,
                    FindKeyboardLayouts,
                    GetKeyboardLayout,
                    SetKeyboardLayout ->
                    throw Unimplemented.INSTANCE;
        };
    }

    private long newPackageList(Call call) {
        long result = call.argument(3);
        if (call.argument(1) == 0 || result == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().require(result, 8);
        Guid guid = call.memory().guid(call.argument(1));
        PackageList list = new PackageList(guid, call.argument(2));
        fill(list, call.memory(), call.argument(1));
        long id = lists.size() < MOST_LISTS ? protocols.pool().allocate(4, 1) : -1;
        if (id < 0) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        lists.put(id, list);
        call.memory().putLong(result, id);
        return EfiStatus.SUCCESS;
    }

    private static void fill(PackageList list, LinearMemory memory, long at) {
        long bytes = memory.getInt(at + 16) & 0xFFFF_FFFFL;
        if (bytes < LIST_HEADER_BYTES || bytes > MOST_LIST_BYTES) {
            throw BadPointer.INSTANCE;
        }
        byte[] all = memory.read(at, bytes);
        int offset = LIST_HEADER_BYTES;
        while (offset + 4 <= all.length) {
            int header = (int) Little.u32(all, offset);
            int length = header & 0xFF_FFFF;
            int type = header >>> 24;
            if (type == END_PACKAGE || length < 4 || length > all.length - offset) {
                return;
            }
            byte[] each = java.util.Arrays.copyOfRange(all, offset, offset + length);
            if (type == StringPackage.TYPE) {
                list.strings.add(StringPackage.of(each));
            } else {
                list.others.add(each);
            }
            offset += length;
        }
    }

    private long remove(long id) {
        if (lists.remove(id) == null) {
            return EfiStatus.NOT_FOUND;
        }
        return protocols.pool().free(id);
    }

    /** The packages of the types that are in the new list replace those there were. */
    private long updatePackageList(Call call) {
        PackageList old = lists.get(call.argument(1));
        if (call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (old == null) {
            return EfiStatus.NOT_FOUND;
        }
        PackageList more = new PackageList(old.guid, old.driver);
        fill(more, call.memory(), call.argument(2));
        if (!more.strings.isEmpty()) {
            old.strings.clear();
            old.strings.addAll(more.strings);
        }
        for (byte[] each : more.others) {
            old.others.removeIf(other -> other[3] == each[3]);
        }
        old.others.addAll(more.others);
        return EfiStatus.SUCCESS;
    }

    private long listPackageLists(Call call) {
        long sizeAt = call.argument(3);
        if (sizeAt == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        ByteWriter out = new ByteWriter();
        int type = call.int32(1) & 0xFF;
        for (var entry : lists.entrySet()) {
            if (has(entry.getValue(), type)) {
                out.u64(entry.getKey());
            }
        }
        return out.length() == 0
                ? EfiStatus.NOT_FOUND
                : give(call.memory(), out.toBytes(), sizeAt, call.argument(4));
    }

    private static boolean has(PackageList list, int type) {
        if (type == 0 || (type == StringPackage.TYPE && !list.strings.isEmpty())) {
            return true;
        }
        for (byte[] each : list.others) {
            if ((each[3] & 0xFF) == type) {
                return true;
            }
        }
        return false;
    }

    private static long give(LinearMemory memory, byte[] bytes, long sizeAt, long buffer) {
        long room = memory.getLong(sizeAt);
        memory.putLong(sizeAt, bytes.length);
        if (Long.compareUnsigned(room, bytes.length) < 0) {
            return EfiStatus.BUFFER_TOO_SMALL;
        }
        if (buffer == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        memory.write(buffer, bytes);
        return EfiStatus.SUCCESS;
    }

    private long exportPackageLists(Call call) {
        long id = call.argument(1);
        if (call.argument(2) == 0 || (id != 0 && !lists.containsKey(id))) {
            return call.argument(2) == 0 ? EfiStatus.INVALID_PARAMETER : EfiStatus.NOT_FOUND;
        }
        ByteWriter out = new ByteWriter();
        for (var entry : lists.entrySet()) {
            if (id == 0 || entry.getKey() == id) {
                out.bytes(entry.getValue().toBytes());
            }
        }
        return give(call.memory(), out.toBytes(), call.argument(2), call.argument(3));
    }

    private long getPackageListHandle(Call call) {
        PackageList list = lists.get(call.argument(1));
        if (list == null || call.argument(2) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        call.memory().putLong(call.argument(2), list.driver);
        return EfiStatus.SUCCESS;
    }

    // ---- Texts

    private long callString(StringMember member, Call call) {
        return switch (member) {
            case NewString -> newString(call);
            case GetString -> getString(call);
            case SetString -> setString(call);
            case GetLanguages -> getLanguages(call);
            case GetSecondaryLanguages -> EfiStatus.NOT_FOUND;
        };
    }

    private long newString(Call call) {
        PackageList list = lists.get(call.argument(1));
        long result = call.argument(2);
        if (result == 0 || call.argument(3) == 0 || call.argument(5) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (list == null) {
            return EfiStatus.NOT_FOUND;
        }
        String language = call.memory().text8(call.argument(3));
        String text = call.memory().text16(call.argument(5));
        call.memory().require(result, 2);
        int identifier = 1;
        for (StringPackage each : list.strings) {
            identifier = Math.max(identifier, each.nextIdentifier());
        }
        if (identifier > 0xFFFF) {
            return EfiStatus.OUT_OF_RESOURCES;
        }
        find(list, language, /* creates= */ true).put(identifier, text);
        call.memory().putShort(result, identifier);
        return EfiStatus.SUCCESS;
    }

    private static StringPackage find(PackageList list, String language, boolean creates) {
        for (StringPackage each : list.strings) {
            if (each.language.equalsIgnoreCase(language)) {
                return each;
            }
        }
        StringPackage made = new StringPackage(language);
        if (creates) {
            list.strings.add(made);
        }
        return made;
    }

    private long getString(Call call) {
        PackageList list = lists.get(call.argument(2));
        long sizeAt = call.argument(5);
        if (call.argument(1) == 0 || sizeAt == 0 || call.int16(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (list == null) {
            return EfiStatus.NOT_FOUND;
        }
        String language = call.memory().text8(call.argument(1));
        int identifier = call.int16(3);
        String text = find(list, language, /* creates= */ false).strings.get(identifier);
        if (text == null) {
            for (StringPackage each : list.strings) {
                if (each.strings.containsKey(identifier)) {
                    return EfiStatus.INVALID_LANGUAGE;
                }
            }
            return EfiStatus.NOT_FOUND;
        }
        return give(call.memory(), LinearMemory.text16(text), sizeAt, call.argument(4));
    }

    private long setString(Call call) {
        PackageList list = lists.get(call.argument(1));
        if (call.argument(3) == 0 || call.argument(4) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (list == null) {
            return EfiStatus.NOT_FOUND;
        }
        String language = call.memory().text8(call.argument(3));
        StringPackage strings = find(list, language, /* creates= */ false);
        if (!strings.strings.containsKey(call.int16(2))) {
            return EfiStatus.NOT_FOUND;
        }
        strings.put(call.int16(2), call.memory().text16(call.argument(4)));
        return EfiStatus.SUCCESS;
    }

    private long getLanguages(Call call) {
        PackageList list = lists.get(call.argument(1));
        if (call.argument(3) == 0) {
            return EfiStatus.INVALID_PARAMETER;
        }
        if (list == null) {
            return EfiStatus.NOT_FOUND;
        }
        List<String> languages = new ArrayList<>();
        list.strings.forEach(each -> languages.add(each.language));
        return give(
                call.memory(),
                ByteWriter.cString(String.join(";", languages)),
                call.argument(3),
                call.argument(2));
    }
}
