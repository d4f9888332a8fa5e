using System.Buffers;
using Semblance.Networks.Runtime;

namespace Semblance.Networks;

/// <summary>
/// A loaded ONNX model on the CPU. <see cref="Run"/> is thread-safe and several threads share one copy of the weights;
/// dispose only after the last run has returned.
/// </summary>
public sealed class OnnxSession : IDisposable
{
    private readonly OrtSessionHandle _session;
    private readonly Dictionary<string, byte[]> _names = [];

    /// <exception cref="FileNotFoundException">There is no file at <paramref name="path"/>.</exception>
    /// <exception cref="OnnxException">The file is no ONNX model that the runtime can run.</exception>
    public OnnxSession(string path, OnnxSessionOptions? options = null)
        : this(path, handle => OrtApi.Shared.CreateSession(path, handle), options)
    {
    }

    /// <param name="model">The bytes of an ONNX file; not needed any more once the constructor has returned.</param>
    /// <exception cref="OnnxException">The bytes are no ONNX model that the runtime can run.</exception>
    public OnnxSession(ReadOnlyMemory<byte> model, OnnxSessionOptions? options = null)
        : this(null, handle => OrtApi.Shared.CreateSession(model.Span, handle), options)
    {
    }

    private OnnxSession(string? path, Func<OrtSessionOptionsHandle, OrtSessionHandle> create, OnnxSessionOptions? options)
    {
        options ??= new OnnxSessionOptions();
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(options.IntraOpThreads);
        if (path is not null && !File.Exists(path))
            throw new FileNotFoundException($"There is no ONNX model at '{path}'.", path);
        try
        {
            using var handle = OrtApi.Shared.CreateOptions(options);
            _session = create(handle);
        }
        catch (OnnxException failure)
        {
            throw new OnnxException($"ONNX Runtime {RuntimeVersion} could not load {(path is null ? "the model" : $"'{path}'")}: {failure.Message}");
        }
        Inputs = OrtApi.Shared.Inputs(_session);
        Outputs = OrtApi.Shared.Outputs(_session);
        foreach (var info in Inputs.Concat(Outputs))
            _names[info.Name] = OrtApi.ZeroTerminated(info.Name);
    }

    /// <summary>Version of the ONNX Runtime library in use, e.g. <c>1.30.0</c>.</summary>
    public static string RuntimeVersion => OrtApi.Shared.Version;

    public IReadOnlyList<OnnxTensorInfo> Inputs { get; }

    public IReadOnlyList<OnnxTensorInfo> Outputs { get; }

    /// <summary>
    /// Computes the outputs named (all of them, in the model's order, when <paramref name="outputs"/> is null).
    /// The results stay in native memory, so that large outputs cost no managed garbage; dispose them.
    /// </summary>
    /// <exception cref="OnnxException">An input is missing, unknown or of a wrong type or shape, or an operator failed.</exception>
    /// <exception cref="ObjectDisposedException">The session was disposed.</exception>
    public unsafe OnnxResults Run(IReadOnlyList<OnnxTensor> inputs, IReadOnlyList<string>? outputs = null)
    {
        outputs ??= [.. Outputs.Select(o => o.Name)];
        foreach (var input in inputs)
        {
            if (!Inputs.Any(i => i.Name == input.Name))
                throw new OnnxException($"The model has no input '{input.Name}'; its inputs are {string.Join(", ", Inputs)}.");
        }
        foreach (var output in outputs)
        {
            if (!Outputs.Any(o => o.Name == output))
                throw new OnnxException($"The model has no output '{output}'; its outputs are {string.Join(", ", Outputs)}.");
        }

        var pins = new List<MemoryHandle>(2 * inputs.Count + outputs.Count);
        var tensors = new List<OrtValueHandle>(inputs.Count);
        var inputNames = stackalloc byte*[inputs.Count + 1];
        var outputNames = stackalloc byte*[outputs.Count + 1];
        var inputValues = new nint[inputs.Count];
        var outputValues = new nint[outputs.Count];
        var referenced = false;
        try
        {
            // The reference keeps a Dispose on another thread from freeing the session under a run.
            _session.DangerousAddRef(ref referenced);
            for (var i = 0; i < inputs.Count; i++)
            {
                var data = inputs[i].Pin();
                pins.Add(data);
                tensors.Add(OrtApi.Shared.CreateTensor(data.Pointer, inputs[i]));
                inputValues[i] = tensors[i].DangerousGetHandle();
                inputNames[i] = PinName(inputs[i].Name, pins);
            }
            for (var i = 0; i < outputs.Count; i++)
                outputNames[i] = PinName(outputs[i], pins);
            OrtApi.Shared.Run(_session, inputNames, inputValues, outputNames, outputValues);
        }
        finally
        {
            foreach (var tensor in tensors)
                tensor.Dispose();
            foreach (var pin in pins)
                pin.Dispose();
            if (referenced)
                _session.DangerousRelease();
        }

        var values = Array.ConvertAll(outputValues, value => new OrtValueHandle(value));
        return new OnnxResults([.. values.Select((value, i) => new OnnxResult(outputs[i], value))]);
    }

    public void Dispose() => _session.Dispose();

    private unsafe byte* PinName(string name, List<MemoryHandle> pins)
    {
        var pin = _names[name].AsMemory().Pin();
        pins.Add(pin);
        return (byte*)pin.Pointer;
    }
}
