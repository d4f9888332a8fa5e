using Microsoft.Win32.SafeHandles;

namespace Semblance.Networks.Runtime;

/// <summary>A native object of ONNX Runtime; each kind is released through its own slot of the function table.</summary>
internal abstract class OrtHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly OrtSlot _release;

    protected OrtHandle(nint handle, OrtSlot release)
        : base(ownsHandle: true)
    {
        _release = release;
        SetHandle(handle);
    }

    protected override bool ReleaseHandle()
    {
        OrtApi.Shared.Release(_release, handle);
        return true;
    }
}

internal sealed class OrtSessionHandle(nint handle) : OrtHandle(handle, OrtSlot.ReleaseSession);

internal sealed class OrtSessionOptionsHandle(nint handle) : OrtHandle(handle, OrtSlot.ReleaseSessionOptions);

internal sealed class OrtValueHandle(nint handle) : OrtHandle(handle, OrtSlot.ReleaseValue);
