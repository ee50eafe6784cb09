import { Component, type ReactNode } from "react";

import { ProblemView } from "@/components/state/ProblemView";

/** A view that breaks leaves the rest of the page standing. `place` is where it happened: elsewhere is tried afresh. */
export class ErrorBoundary extends Component<{ children: ReactNode; place: string }, { error: unknown; place: string }> {
  override state = { error: null as unknown, place: this.props.place };

  static getDerivedStateFromError(error: unknown) {
    return { error };
  }

  static getDerivedStateFromProps(props: { place: string }, state: { error: unknown; place: string }) {
    return props.place === state.place ? null : { error: null, place: props.place };
  }

  override render() {
    if (this.state.error === null) return this.props.children;
    return <ProblemView error={this.state.error} onRetry={() => this.setState({ error: null })} />;
  }
}
