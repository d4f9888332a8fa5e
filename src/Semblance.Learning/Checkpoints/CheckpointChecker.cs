using Semblance.Networks;

namespace Semblance.Learning.Checkpoints;

/// <summary>Compares what a run has with what a file holds, and changes nothing.</summary>
internal sealed class CheckpointChecker(Dictionary<string, CheckpointEntry> entries, string path) : StateVisitor
{
    private readonly HashSet<string> _seen = new(StringComparer.Ordinal);

    public override void Singles(string name, Shape shape, Span<float> values)
    {
        var held = Find(name, EntryKind.Singles).Shape!.Value;
        if (held != shape)
            throw new CheckpointException($"The checkpoint '{path}' holds '{name}' as {held} and this run has it as {shape}; build the network as it was when the checkpoint was written.");
    }

    public override void Integer(string name, ref long value) => Find(name, EntryKind.Integer);

    public override void Real(string name, ref double value) => Find(name, EntryKind.Real);

    public override void Text(string name, ref string value) => Find(name, EntryKind.Text);

    public void ThrowIfAnyLeft()
    {
        if (entries.Keys.FirstOrDefault(name => !_seen.Contains(name)) is { } left)
            throw new CheckpointException($"The checkpoint '{path}' holds '{left}', which this run has not; build network, optimiser and averages as they were when it was written.");
    }

    private CheckpointEntry Find(string name, EntryKind kind)
    {
        if (!entries.TryGetValue(name, out var entry) || entry.Kind != kind)
            throw new CheckpointException($"The checkpoint '{path}' holds no '{name}', which this run has; build network, optimiser and averages as they were when it was written.");
        _seen.Add(name);
        return entry;
    }
}
