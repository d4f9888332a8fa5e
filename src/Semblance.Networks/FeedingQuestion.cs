using System.Text.Json.Nodes;
using Semblance.Networks.Onnx;

namespace Semblance.Networks;

/// <summary>A network that came without a manifest, and what its file gives away of how it wants to be fed.</summary>
public sealed class FeedingQuestion
{
    private readonly ModelProto _model;
    private readonly string _inputName;

    internal FeedingQuestion(ModelProto model, string inputName, ModelInput guess, bool isDeclared, Feeding hint, string hintReason)
    {
        _model = model;
        _inputName = inputName;
        Guess = guess;
        IsDeclared = isDeclared;
        Hint = hint;
        HintReason = hintReason;
    }

    /// <summary>Size and layout, and the way of feeding that a preprocessor file or, failing that, <see cref="Hint"/> says.</summary>
    public ModelInput Guess { get; }

    /// <summary>Whether a preprocessor file beside the network says how it is fed.</summary>
    public bool IsDeclared { get; }

    /// <summary>What names and producer make likely.</summary>
    public Feeding Hint { get; }

    /// <summary>Why, in words that follow "because".</summary>
    public string HintReason { get; }

    /// <summary>Opens a probe, to which pictures of the size and layout of <see cref="Guess"/> are fed.</summary>
    /// <param name="reason">Where there is none, why, in words that follow "because".</param>
    /// <returns>Null where the network holds nothing that could be compared.</returns>
    public FeedingProbe? OpenProbe(out string? reason, int threads = 1) => FeedingProbe.TryOpen(_model, _inputName, Guess, threads, out reason);
}

/// <summary>How a network is to be fed.</summary>
/// <param name="Feeding">Null leaves it as guessed.</param>
/// <param name="Why">For the list of guesses; null says nothing.</param>
public sealed record FeedingAnswer(Feeding? Feeding, string? Why)
{
    /// <summary>What the answer rests on; kept in the manifest.</summary>
    public FeedingVerdict? Verdict { get; init; }

    /// <summary>Null leaves it as guessed.</summary>
    public ResizeRule? Resize { get; init; }

    /// <summary>What a manifest says of the answer beside the numbers themselves.</summary>
    internal JsonObject Evidence()
    {
        var evidence = new JsonObject();
        if (Feeding is not null)
            evidence["name"] = Feeding.Name;
        if (Why is not null)
            evidence["why"] = Why;
        if (Verdict is { } verdict)
        {
            evidence["norm"] = verdict.Norm;
            evidence["pictures"] = verdict.Pictures;
            evidence["tried"] = Table(verdict.Scores);
            evidence["norms"] = verdict.Norms;
            evidence["orders"] = Table(verdict.Orders);
        }
        return evidence;
    }

    private static JsonArray Table(IReadOnlyList<FeedingScore> scores)
        => [.. scores.Select(score => (JsonNode)new JsonObject { ["name"] = score.Feeding.Name, ["distance"] = Math.Round(score.Distance, 4), ["share"] = Math.Round(score.Share, 3) })];
}
