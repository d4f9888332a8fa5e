namespace Semblance.Networks;

/// <summary>
/// A trained network as it is best run: normalisations behind convolutions and linear layers become part of their weights, activations
/// part of the convolutions, and dropout is gone. Outputs agree with inference on the original up to rounding.
/// </summary>
public static class NetworkFolding
{
    /// <summary>
    /// A new network with the inputs and outputs of <paramref name="network"/>, which stays as it is. Layers that nothing is folded
    /// into are shared by both.
    /// </summary>
    /// <remarks>What no output depends on is left out. Training the original afterwards leaves the folded weights behind: fold again.</remarks>
    public static Network Fold(Network network)
    {
        ArgumentNullException.ThrowIfNull(network);
        return new Folding(network).Run();
    }

    private sealed class Folding
    {
        private readonly Network _source;
        private readonly Network _target = new() { DrawsWeights = false };
        private readonly List<NetworkNode> _nodes;
        private readonly NetworkNode?[] _onlyReaders;
        private readonly Value?[] _values;

        public Folding(Network source)
        {
            _source = source;
            _nodes = NetworkExporter.Needed(source);
            _values = new Value?[source.ValueCount];
            _onlyReaders = new NetworkNode?[source.ValueCount];
            var uses = new int[source.ValueCount];
            foreach (var (_, value) in source.Outputs)
                uses[value]++;
            foreach (var node in _nodes)
            {
                foreach (var input in node.Inputs)
                {
                    uses[input]++;
                    _onlyReaders[input] = node;
                }
            }
            for (var value = 0; value < uses.Length; value++)
            {
                if (uses[value] != 1)
                    _onlyReaders[value] = null;
            }
            foreach (var (_, value) in source.Outputs)
                _onlyReaders[value] = null;
        }

        public Network Run()
        {
            foreach (var (name, value) in _source.Inputs)
                _values[value] = _target.Input(name, _source.NominalShape(value));
            foreach (var node in _nodes)
            {
                // Nodes that were folded into an earlier one have their value already.
                if (_values[node.FirstOutput] is null)
                    Add(node);
            }
            foreach (var (name, value) in _source.Outputs)
                _target.Output(name, _values[value]!.Value);
            return _target;
        }

        private void Add(NetworkNode node)
        {
            switch (node.Layer)
            {
                case Dropout or StopGradient:
                    _values[node.FirstOutput] = Input(node, 0);
                    break;
                case Convolution { Activation: Activation.None } or Linear:
                    AddFolded(node);
                    break;
                default:
                    Copy(node);
                    break;
            }
        }

        private void Copy(NetworkNode node)
        {
            var outputs = _target.AddAll(node.Layer, [.. node.Inputs.Select(input => _values[input]!.Value)]);
            for (var i = 0; i < outputs.Count; i++)
                _values[node.FirstOutput + i] = outputs[i];
        }

        private void AddFolded(NetworkNode node)
        {
            var last = node.FirstOutput;
            var features = FoldedFeatures.Of(node.Layer);
            var activation = Activation.None;
            NetworkNode? behindShortcut = null;
            while (activation == Activation.None && Reader(last) is { } next && features.TryFold(next.Layer))
            {
                if (next.Inputs.Length > 1)
                {
                    behindShortcut = next;
                    break;
                }
                last = next.FirstOutput;
                if (next.Layer is BatchNorm { Activation: not Activation.None and var own })
                    activation = node.Layer is Convolution ? own : Activation.None;
                if (next.Layer is BatchNorm { Activation: not Activation.None } && node.Layer is Linear)
                    break;
            }
            if (behindShortcut is null && activation == Activation.None && node.Layer is Convolution && Reader(last) is { } reader && ActivationOf(reader.Layer) is not Activation.None and var following)
                (activation, last) = (following, reader.FirstOutput);
            if (last == node.FirstOutput && behindShortcut is null)
            {
                Copy(node);
                return;
            }
            var value = features.AddTo(_target, Input(node, 0), activation);
            _values[node.FirstOutput] = value;
            if (last != node.FirstOutput)
                _values[last] = value;
            if (behindShortcut is not null)
                _values[behindShortcut.FirstOutput] = null;
        }

        private Value Input(NetworkNode node, int index) => _values[node.Inputs[index]]!.Value;

        // Who reads a value, if it is one node only and the value is no output; never the shortcut of a normalisation.
        private NetworkNode? Reader(int value) => _onlyReaders[value] is { } reader && reader.Inputs[0] == value ? reader : null;

        private static Activation ActivationOf(Layer layer) => Activation.None;
    }
}
