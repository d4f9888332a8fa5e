using System.Runtime.InteropServices;

namespace Semblance.Imaging.Vips;

/// <summary>
/// The part of libvips' C interface that is used here. Only functions with fixed arguments: the convenient ones
/// (<c>vips_resize(in, &amp;out, scale, NULL)</c>) take C varargs, whose calling convention differs on macOS arm64, so every
/// operation goes through <c>vips_operation_new</c> and named arguments instead, which is right on all platforms.
/// The library is linked statically with GLib and exports both.
/// </summary>
internal static unsafe partial class VipsNative
{
    private const string Library = "libvips";

    static VipsNative() => NativeLibrary.SetDllImportResolver(typeof(VipsNative).Assembly, static (name, _, _) => name == Library ? VipsLibrary.Handle : 0);

    /// <summary>GObject's tagged value: a type and 16 bytes whose meaning the type decides.</summary>
    [StructLayout(LayoutKind.Sequential)]
    internal struct GValue
    {
        public nuint Type;
        public ulong Data0;
        public ulong Data1;
    }

    [LibraryImport(Library, EntryPoint = "vips_init", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int Init(string programName);

    [LibraryImport(Library, EntryPoint = "vips_version")]
    internal static partial int Version(int part);

    [LibraryImport(Library, EntryPoint = "vips_concurrency_set")]
    internal static partial void ConcurrencySet(int threads);

    [LibraryImport(Library, EntryPoint = "vips_cache_set_max")]
    internal static partial void CacheSetMax(int operations);

    [LibraryImport(Library, EntryPoint = "vips_block_untrusted_set")]
    internal static partial void BlockUntrustedSet(int state);

    [LibraryImport(Library, EntryPoint = "vips_operation_block_set", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void OperationBlockSet(string name, int state);

    [LibraryImport(Library, EntryPoint = "g_log_set_writer_func")]
    internal static partial void LogSetWriter(delegate* unmanaged<int, void*, nuint, void*, int> writer, void* data, void* destroy);

    [LibraryImport(Library, EntryPoint = "vips_error_buffer_copy")]
    internal static partial nint ErrorBufferCopy();

    [LibraryImport(Library, EntryPoint = "vips_type_find", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint TypeFind(string baseName, string nickname);

    [LibraryImport(Library, EntryPoint = "vips_foreign_find_load_buffer")]
    internal static partial nint FindLoadBuffer(void* data, nuint length);

    [LibraryImport(Library, EntryPoint = "vips_operation_new", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nint OperationNew(string name);

    [LibraryImport(Library, EntryPoint = "vips_cache_operation_buildp")]
    internal static partial int OperationBuild(ref nint operation);

    [LibraryImport(Library, EntryPoint = "vips_object_unref_outputs")]
    internal static partial void ObjectUnrefOutputs(nint instance);

    [LibraryImport(Library, EntryPoint = "vips_object_set_argument_from_string", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ObjectSetArgument(nint instance, string name, string value);

    [LibraryImport(Library, EntryPoint = "g_object_set_property", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ObjectSetProperty(nint instance, string name, in GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_get_property", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial void ObjectGetProperty(nint instance, string name, ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_object_ref")]
    internal static partial nint ObjectRef(nint instance);

    [LibraryImport(Library, EntryPoint = "g_object_unref")]
    internal static partial void ObjectUnref(nint instance);

    [LibraryImport(Library, EntryPoint = "g_free")]
    internal static partial void Free(nint memory);

    [LibraryImport(Library, EntryPoint = "g_value_init")]
    internal static partial void ValueInit(ref GValue value, nuint type);

    [LibraryImport(Library, EntryPoint = "g_value_unset")]
    internal static partial void ValueUnset(ref GValue value);

    [LibraryImport(Library, EntryPoint = "g_value_set_object")]
    internal static partial void ValueSetObject(ref GValue value, nint instance);

    [LibraryImport(Library, EntryPoint = "g_value_get_object")]
    internal static partial nint ValueGetObject(in GValue value);

    [LibraryImport(Library, EntryPoint = "vips_value_set_blob")]
    internal static partial void ValueSetBlob(ref GValue value, nint free, void* data, nuint length);

    [LibraryImport(Library, EntryPoint = "vips_value_get_blob")]
    internal static partial void* ValueGetBlob(in GValue value, out nuint length);

    /// <summary>G_TYPE_DOUBLE; fundamental types have fixed numbers.</summary>
    internal const nuint DoubleType = 15 << 2;

    [LibraryImport(Library, EntryPoint = "g_value_get_double")]
    internal static partial double ValueGetDouble(in GValue value);

    [LibraryImport(Library, EntryPoint = "vips_image_get_type")]
    internal static partial nuint ImageType();

    [LibraryImport(Library, EntryPoint = "vips_blob_get_type")]
    internal static partial nuint BlobType();

    [LibraryImport(Library, EntryPoint = "vips_image_new_from_memory")]
    internal static partial nint ImageFromMemory(void* data, nuint length, int width, int height, int bands, int format);

    [LibraryImport(Library, EntryPoint = "vips_region_new")]
    internal static partial nint RegionNew(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_region_fetch")]
    internal static partial nint RegionFetch(nint region, int left, int top, int width, int height, out nuint length);

    [LibraryImport(Library, EntryPoint = "vips_image_get_width")]
    internal static partial int ImageWidth(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_height")]
    internal static partial int ImageHeight(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_bands")]
    internal static partial int ImageBands(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_format")]
    internal static partial int ImageFormat(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_interpretation")]
    internal static partial int ImageInterpretation(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_orientation")]
    internal static partial int ImageOrientation(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_n_pages")]
    internal static partial int ImagePages(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_hasalpha")]
    internal static partial int ImageHasAlpha(VipsImage image);

    [LibraryImport(Library, EntryPoint = "vips_image_get_typeof", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial nuint ImageFieldType(VipsImage image, string field);

    [LibraryImport(Library, EntryPoint = "vips_image_get_blob", StringMarshalling = StringMarshalling.Utf8)]
    internal static partial int ImageBlob(VipsImage image, string field, out void* data, out nuint length);
}
