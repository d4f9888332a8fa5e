using Semblance.Networks;

namespace Semblance.Learning.Checkpoints;

/// <summary>Parameters and running statistics.</summary>
internal sealed class NetworkState(Network network) : IStateful
{
    public void VisitState(StateVisitor visitor)
    {
        foreach (var parameter in network.Parameters)
            visitor.Singles(parameter.Name, parameter.Shape, parameter.Values);
    }
}
