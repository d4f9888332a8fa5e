using System.Runtime.InteropServices;
using System.Text;
using Semblance.Natives;

namespace Semblance.Networks.Runtime;

/// <summary>
/// Direct binding to ONNX Runtime's C API. Every function but the releases returns a status pointer, null when well;
/// a status becomes an <see cref="OnnxException"/> with the runtime's message.
/// </summary>
internal sealed unsafe class OrtApi
{
    // The oldest table that holds every slot used here; a newer library serves it too.
    private const uint ApiVersion = 14;

    // Errors come back as statuses, so logging them as well would only put noise on stderr.
    private const int LogFatalOnly = 4;

    private const int DeviceAllocator = 0;
    private const int DefaultMemory = 0;

    private static readonly Lazy<OrtApi> s_shared = new(() => new OrtApi(NativeAssets.Library("libonnxruntime")));

    private readonly void** _table;
    private readonly nint _environment;
    private readonly nint _memoryInfo;
    private readonly nint _allocator;

    private OrtApi(string library)
    {
        if (!NativeLibrary.TryLoad(library, out var handle))
            throw new DllNotFoundException($"ONNX Runtime ('{library}') is there but could not be loaded; it needs a 64-bit system with the C++ runtime (libstdc++ or the Visual C++ redistributable) installed.");
        var apiBase = ((delegate* unmanaged<void**>)NativeLibrary.GetExport(handle, "OrtGetApiBase"))();
        _table = ((delegate* unmanaged<uint, void**>)apiBase[0])(ApiVersion);
        if (_table == null)
            throw new OnnxException($"'{library}' is too old: it does not offer version {ApiVersion} of the ONNX Runtime API.");
        Version = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<byte*>)apiBase[1])())!;

        nint environment, memoryInfo, allocator;
        fixed (byte* name = "semblance\0"u8)
            Check(((delegate* unmanaged<int, byte*, nint*, nint>)Function(OrtSlot.CreateEnv))(LogFatalOnly, name, &environment));
        Check(((delegate* unmanaged<nint, nint>)Function(OrtSlot.DisableTelemetryEvents))(environment));
        Check(((delegate* unmanaged<int, int, nint*, nint>)Function(OrtSlot.CreateCpuMemoryInfo))(DeviceAllocator, DefaultMemory, &memoryInfo));
        Check(((delegate* unmanaged<nint*, nint>)Function(OrtSlot.GetAllocatorWithDefaultOptions))(&allocator));
        (_environment, _memoryInfo, _allocator) = (environment, memoryInfo, allocator);
    }

    public static OrtApi Shared => s_shared.Value;

    public string Version { get; }

    public void Release(OrtSlot release, nint handle) => ((delegate* unmanaged<nint, void>)Function(release))(handle);

    public OrtSessionOptionsHandle CreateOptions(OnnxSessionOptions options)
    {
        nint created;
        Check(((delegate* unmanaged<nint*, nint>)Function(OrtSlot.CreateSessionOptions))(&created));
        var handle = new OrtSessionOptionsHandle(created);
        try
        {
            Check(((delegate* unmanaged<nint, int, nint>)Function(OrtSlot.SetIntraOpNumThreads))(created, options.IntraOpThreads));
            Check(((delegate* unmanaged<nint, int, nint>)Function(OrtSlot.SetInterOpNumThreads))(created, 1));
            Check(((delegate* unmanaged<nint, int, nint>)Function(OrtSlot.SetSessionGraphOptimizationLevel))(created, (int)options.GraphOptimization));
            if (!options.MemoryArena)
                Check(((delegate* unmanaged<nint, nint>)Function(OrtSlot.DisableCpuMemArena))(created));
            if (options.OptimizedModelPath is not null)
            {
                fixed (byte* path = PathBytes(options.OptimizedModelPath))
                    Check(((delegate* unmanaged<nint, byte*, nint>)Function(OrtSlot.SetOptimizedModelFilePath))(created, path));
            }
            foreach (var (key, value) in options.ConfigEntries)
            {
                fixed (byte* keyBytes = ZeroTerminated(key), valueBytes = ZeroTerminated(value))
                    Check(((delegate* unmanaged<nint, byte*, byte*, nint>)Function(OrtSlot.AddSessionConfigEntry))(created, keyBytes, valueBytes));
            }
            return handle;
        }
        catch
        {
            handle.Dispose();
            throw;
        }
    }

    public OrtSessionHandle CreateSession(string path, OrtSessionOptionsHandle options)
    {
        nint session;
        fixed (byte* pathBytes = PathBytes(path))
            Check(((delegate* unmanaged<nint, byte*, nint, nint*, nint>)Function(OrtSlot.CreateSession))(_environment, pathBytes, options.DangerousGetHandle(), &session));
        return new OrtSessionHandle(session);
    }

    public OrtSessionHandle CreateSession(ReadOnlySpan<byte> model, OrtSessionOptionsHandle options)
    {
        nint session;
        fixed (byte* bytes = model)
            Check(((delegate* unmanaged<nint, byte*, nuint, nint, nint*, nint>)Function(OrtSlot.CreateSessionFromArray))(_environment, bytes, (nuint)model.Length, options.DangerousGetHandle(), &session));
        return new OrtSessionHandle(session);
    }

    public OnnxTensorInfo[] Inputs(OrtSessionHandle session) => Describe(session, OrtSlot.SessionGetInputCount, OrtSlot.SessionGetInputName, OrtSlot.SessionGetInputTypeInfo);

    public OnnxTensorInfo[] Outputs(OrtSessionHandle session) => Describe(session, OrtSlot.SessionGetOutputCount, OrtSlot.SessionGetOutputName, OrtSlot.SessionGetOutputTypeInfo);

    /// <summary>A tensor over memory that the caller keeps pinned for as long as the handle lives.</summary>
    public OrtValueHandle CreateTensor(void* data, OnnxTensor tensor)
    {
        nint value;
        fixed (long* shape = tensor.Dimensions)
            Check(((delegate* unmanaged<nint, void*, nuint, long*, nuint, int, nint*, nint>)Function(OrtSlot.CreateTensorWithDataAsOrtValue))(_memoryInfo, data, tensor.ByteLength, shape, (nuint)tensor.Dimensions.Length, (int)tensor.ElementType, &value));
        return new OrtValueHandle(value);
    }

    /// <summary>Runs and fills <paramref name="outputs"/> with new values that the runtime allocated.</summary>
    public void Run(OrtSessionHandle session, byte** inputNames, ReadOnlySpan<nint> inputs, byte** outputNames, Span<nint> outputs)
    {
        fixed (nint* inputValues = inputs, outputValues = outputs)
            Check(((delegate* unmanaged<nint, nint, byte**, nint*, nuint, byte**, nuint, nint*, nint>)Function(OrtSlot.Run))(session.DangerousGetHandle(), 0, inputNames, inputValues, (nuint)inputs.Length, outputNames, (nuint)outputs.Length, outputValues));
    }

    public void* TensorData(OrtValueHandle value)
    {
        void* data;
        Check(((delegate* unmanaged<nint, void**, nint>)Function(OrtSlot.GetTensorMutableData))(value.DangerousGetHandle(), &data));
        return data;
    }

    public (OnnxElementType Type, long[] Shape) TensorTypeAndShape(OrtValueHandle value)
    {
        nint info;
        Check(((delegate* unmanaged<nint, nint*, nint>)Function(OrtSlot.GetTensorTypeAndShape))(value.DangerousGetHandle(), &info));
        try
        {
            return ReadTypeAndShape(info);
        }
        finally
        {
            Release(OrtSlot.ReleaseTensorTypeAndShapeInfo, info);
        }
    }

    /// <summary>UTF-8 with a closing zero, as the API takes names.</summary>
    public static byte[] ZeroTerminated(string text) => Encoding.UTF8.GetBytes(text + '\0');

    // Paths are wide characters on Windows and bytes elsewhere.
    private static byte[] PathBytes(string path) => OperatingSystem.IsWindows() ? Encoding.Unicode.GetBytes(path + '\0') : ZeroTerminated(path);

    private OnnxTensorInfo[] Describe(OrtSessionHandle session, OrtSlot countSlot, OrtSlot nameSlot, OrtSlot typeSlot)
    {
        var handle = session.DangerousGetHandle();
        nuint count;
        Check(((delegate* unmanaged<nint, nuint*, nint>)Function(countSlot))(handle, &count));
        var infos = new OnnxTensorInfo[count];
        for (nuint i = 0; i < count; i++)
        {
            byte* nameBytes;
            Check(((delegate* unmanaged<nint, nuint, nint, byte**, nint>)Function(nameSlot))(handle, i, _allocator, &nameBytes));
            var name = Marshal.PtrToStringUTF8((nint)nameBytes)!;
            Check(((delegate* unmanaged<nint, void*, nint>)Function(OrtSlot.AllocatorFree))(_allocator, nameBytes));

            nint typeInfo, tensorInfo;
            Check(((delegate* unmanaged<nint, nuint, nint*, nint>)Function(typeSlot))(handle, i, &typeInfo));
            try
            {
                // A cast, not a new object: it lives and dies with typeInfo, and is null for sequences and maps.
                Check(((delegate* unmanaged<nint, nint*, nint>)Function(OrtSlot.CastTypeInfoToTensorInfo))(typeInfo, &tensorInfo));
                var (type, shape) = tensorInfo == 0 ? (OnnxElementType.Undefined, []) : ReadTypeAndShape(tensorInfo);
                infos[i] = new OnnxTensorInfo(name, type, shape);
            }
            finally
            {
                Release(OrtSlot.ReleaseTypeInfo, typeInfo);
            }
        }
        return infos;
    }

    private (OnnxElementType Type, long[] Shape) ReadTypeAndShape(nint info)
    {
        int type;
        nuint rank;
        Check(((delegate* unmanaged<nint, int*, nint>)Function(OrtSlot.GetTensorElementType))(info, &type));
        Check(((delegate* unmanaged<nint, nuint*, nint>)Function(OrtSlot.GetDimensionsCount))(info, &rank));
        var shape = new long[rank];
        fixed (long* dimensions = shape)
            Check(((delegate* unmanaged<nint, long*, nuint, nint>)Function(OrtSlot.GetDimensions))(info, dimensions, rank));
        return ((OnnxElementType)type, shape);
    }

    private void* Function(OrtSlot slot) => _table[(int)slot];

    private void Check(nint status)
    {
        if (status == 0)
            return;
        var message = Marshal.PtrToStringUTF8((nint)((delegate* unmanaged<nint, byte*>)Function(OrtSlot.GetErrorMessage))(status));
        Release(OrtSlot.ReleaseStatus, status);
        throw new OnnxException(message ?? "ONNX Runtime failed without a message.");
    }
}
