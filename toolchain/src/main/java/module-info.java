/** From class files to images for bare x86-64. */
@org.jspecify.annotations.NullMarked
module dev.lungo.toolchain {
    requires static org.jspecify;
    requires org.apache.commons.compress;
    requires org.tukaani.xz;

    exports dev.lungo.toolchain;
    exports dev.lungo.toolchain.image;

    provides java.util.spi.ToolProvider with
            dev.lungo.toolchain.MetalBuildTool,
            dev.lungo.toolchain.LogReaderTool;
}
