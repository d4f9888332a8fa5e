using System.Globalization;
using Semblance.Cli.Frame;
using Semblance.Networks;

namespace Semblance.Cli.Verbs;

/// <summary>What is said of a model besides its data.</summary>
internal static class ModelWords
{
    public static void SayAdded(VerbContext context, StoredModel model)
    {
        foreach (var guess in model.Guesses)
            context.Talk.Say("Guessed: " + guess);
        foreach (var remark in model.Remarks)
            context.Talk.Say(remark);
    }

    /// <summary>A model that lies outside the store is used as it is.</summary>
    public static void WarnOfDenormals(VerbContext context, StoredModel model)
    {
        if (model.CountDenormals() is > 0 and var count)
            context.Talk.Warn(string.Create(CultureInfo.InvariantCulture, $"{count:N0} weights of '{model.Id}' are denormal numbers, with which processors compute many times more slowly; 'semblance models add' stores a copy in which they are zero."));
    }
}
