using System.Globalization;

namespace Semblance.Imaging.Vips;

/// <summary>
/// One call of a libvips operation with named arguments: make, set, run once. Numbers and enumerations go as text, which
/// is how the library's own command line sets them.
/// </summary>
internal unsafe ref struct VipsOperation
{
    private nint _operation;

    internal VipsOperation(string name)
    {
        VipsLibrary.EnsureStarted();
        _operation = VipsNative.OperationNew(name);
        if (_operation == 0)
            throw new VipsException(VipsLibrary.TakeErrors());
    }

    internal readonly VipsOperation With(string name, string value)
    {
        if (VipsNative.ObjectSetArgument(_operation, name, value) == 0)
            return this;
        VipsNative.ObjectUnref(_operation);
        throw new VipsException(VipsLibrary.TakeErrors());
    }

    internal readonly VipsOperation With(string name, int value) => With(name, value.ToString(CultureInfo.InvariantCulture));

    internal readonly VipsOperation With(string name, double value) => With(name, value.ToString("R", CultureInfo.InvariantCulture));

    internal readonly VipsOperation With(string name, VipsImage image)
    {
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.ImageType());
        VipsNative.ValueSetObject(ref value, image.DangerousGetHandle());
        VipsNative.ObjectSetProperty(_operation, name, value);
        VipsNative.ValueUnset(ref value);
        GC.KeepAlive(image);
        return this;
    }

    /// <summary>Sets a buffer argument over pinned memory; nothing is copied.</summary>
    internal readonly VipsOperation With(string name, byte* data, int length)
    {
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.BlobType());
        VipsNative.ValueSetBlob(ref value, 0, data, (nuint)length);
        VipsNative.ObjectSetProperty(_operation, name, value);
        VipsNative.ValueUnset(ref value);
        return this;
    }

    internal VipsImage RunToImage()
    {
        Build();
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.ImageType());
        VipsNative.ObjectGetProperty(_operation, "out", ref value);
        var image = new VipsImage(VipsNative.ObjectRef(VipsNative.ValueGetObject(value)));
        VipsNative.ValueUnset(ref value);
        Release();
        return image;
    }

    internal double RunToNumber()
    {
        Build();
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.DoubleType);
        VipsNative.ObjectGetProperty(_operation, "out", ref value);
        var number = VipsNative.ValueGetDouble(value);
        VipsNative.ValueUnset(ref value);
        Release();
        return number;
    }

    internal byte[] RunToBuffer()
    {
        Build();
        var value = default(VipsNative.GValue);
        VipsNative.ValueInit(ref value, VipsNative.BlobType());
        VipsNative.ObjectGetProperty(_operation, "buffer", ref value);
        var data = VipsNative.ValueGetBlob(value, out var length);
        var bytes = new ReadOnlySpan<byte>(data, checked((int)length)).ToArray();
        VipsNative.ValueUnset(ref value);
        Release();
        return bytes;
    }

    private void Build()
    {
        if (VipsNative.OperationBuild(ref _operation) == 0)
            return;
        Release();
        throw new VipsException(VipsLibrary.TakeErrors());
    }

    private readonly void Release()
    {
        VipsNative.ObjectUnrefOutputs(_operation);
        VipsNative.ObjectUnref(_operation);
    }
}
