// Made from openapi.json by scripts/generate-api.js; `make docs` makes it anew.
// sha256 3c6c5143ff1caf312e7d8e81e257f7b84de4faeeadcb0d4da075958f8a85d3a7

export interface paths {
    "/api/v1/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the caller may do at all.
         * @description For anybody who is signed in.
         */
        get: operations["read_access"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Incidents, newest first.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["list_alerts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Alert rules, and what each sees now.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["list_rules"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/silences": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Of what nobody is notified now.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["list_silences"];
        put?: never;
        /**
         * Have nobody notified of what matches, for a while.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_config_overrides`.
         */
        post: operations["add_silence"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/silences/{silence_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * End a silence before its time.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_config_overrides`.
         */
        delete: operations["end_silence"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/alerts/{incident_id}/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that somebody sees to an incident.
         * @description For whoever edits runs of the DAG of the trial it is about; about the installation, whoever may change the configuration.
         */
        post: operations["acknowledge_alert"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What people did, newest first.
         * @description For whoever reads Airflow's audit log; only of DAGs they may read.
         */
        get: operations["list_audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/checks/trial": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Check a trial's settings without starting it.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        post: operations["check_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/comparisons": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Several trials side by side.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["compare_trials"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/configuration": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Every setting with its origin, secrets masked.
         * @description For whoever reads Airflow's configuration.
         */
        get: operations["read_configuration"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        /**
         * Set and unset settings for the installation.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_config_overrides`.
         */
        patch: operations["change_configuration"];
        trace?: never;
    };
    "/api/v1/configuration/reversions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Go back to what was set at an earlier revision.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_config_overrides`.
         */
        post: operations["revert_configuration"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/forms/trial": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What a form for a new trial is made from.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["read_trial_form"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/health": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the gateway and what it needs are.
         * @description For anybody who is signed in, and tasks.
         */
        get: operations["health"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/live/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * A ticket that opens one live socket once.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        post: operations["issue_ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What is watched, as figures over time.
         * @description For anybody who is signed in.
         */
        get: operations["read_series"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/overview": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Services, trials, incidents and tokens at one glance.
         * @description For anybody who is signed in.
         */
        get: operations["read_overview"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/patterns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Patterns in the Evolution API's registry, newest first.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["list_patterns"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Services known by connection or by registration.
         * @description For whoever reads Airflow's configuration.
         */
        get: operations["list_services"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Make a service known.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_services`.
         */
        put: operations["register_service"];
        post?: never;
        /**
         * Forget a registered service.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_services`.
         */
        delete: operations["remove_service"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/services/{name}/heartbeat": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that a registered service is there.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_services`.
         */
        post: operations["heartbeat_service"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How services, record and trials are.
         * @description For anybody who is signed in.
         */
        get: operations["read_status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/allocations/{holder}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Reserve tokens for a holder.
         * @description For whoever edits Airflow's configuration, or reads it and edits the Variable `dean_config_overrides`.
         */
        put: operations["allocate_tokens"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/budget": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tokens of the whole Evolution API.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["read_budget"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/usage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Tokens used, by time window.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["read_usage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Trials the caller may read, newest first.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["list_trials"];
        put?: never;
        /**
         * Start a trial.
         * @description For whoever creates runs of the DAG.
         */
        post: operations["request_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One trial.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_trial"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/access": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the caller may do with one trial.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_trial_access"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/agents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Agents of a trial, from IndexAgent.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["list_trial_agents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/agents/{agent_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One agent of a trial.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_trial_agent"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/agents/{agent_id}/lineage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * An agent of a trial and its ancestors.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_trial_lineage"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/cancel": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Stop a trial and its DAG run.
         * @description For whoever edits runs of the trial's DAG.
         */
        post: operations["cancel_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/forks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Start a new trial from a generation of another.
         * @description For whoever reads runs of the trial's DAG and creates some.
         */
        post: operations["fork_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/generations": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Figures per generation, thinned out by the server.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/patterns": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Patterns found in one trial.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["list_trial_patterns"];
        put?: never;
        /**
         * Impose patterns on copies of a trial's population.
         * @description For whoever edits runs of the trial's DAG.
         */
        post: operations["apply_patterns"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/pause": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Hold a trial at its next generation boundary.
         * @description For whoever edits runs of the trial's DAG.
         */
        post: operations["pause_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/replays": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Run a trial again and compare the digests.
         * @description For whoever reads runs of the trial's DAG and creates some.
         */
        post: operations["replay_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/report": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A trial's report, a page by itself.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_report"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/trials/{workflow_id}/resume": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a paused trial go on.
         * @description For whoever edits runs of the trial's DAG.
         */
        post: operations["resume_trial"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Executions of every type, newest first.
         * @description For whoever reads DAG runs; only of DAGs they may read.
         */
        get: operations["list_workflows"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One execution.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["read_workflow"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/workflows/{workflow_id}/events": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Events of an execution, in order.
         * @description For whoever reads runs of the trial's DAG.
         */
        get: operations["list_events"];
        put?: never;
        /**
         * Tell facts about an execution; for services only.
         * @description For tasks only, with a token of their own.
         */
        post: operations["record_facts"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/metrics": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Prometheus exposition text of the gateway's own figures.
         * @description For anybody who is signed in, and `[dean] metrics_token`.
         */
        get: operations["metrics"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /**
         * Access
         * @description What the caller may do, with one trial or at all; for each no, why.
         */
        Access: {
            /** Allowed */
            allowed: {
                [key: string]: boolean;
            };
            /** Reasons */
            reasons?: {
                [key: string]: string;
            };
            /** User */
            user: string;
        };
        /**
         * AcknowledgeAlertBody
         * @description Say that somebody sees to it: no more notifications until it is resolved.
         */
        AcknowledgeAlertBody: {
            /**
             * Comment
             * @default
             */
            comment: string;
        };
        /** Actor */
        Actor: {
            /**
             * Address
             * @description Network address a request came from.
             * @default null
             */
            address: string | null;
            kind: components["schemas"]["ActorKind"];
            /** Name */
            name: string;
        };
        /**
         * ActorKind
         * @description Who did it: a person, a task or trigger of a run, another service, or this software by itself.
         * @enum {string}
         */
        ActorKind: "user" | "task" | "service" | "system";
        /**
         * AddSilence
         * @description Notify nobody of what matches, for a while. Incidents are recorded all the same.
         */
        AddSilence: {
            /**
             * Comment
             * @default
             */
            comment: string;
            /**
             * Labels
             * @description Only incidents with all of these labels.
             */
            labels?: {
                [key: string]: string;
            };
            /**
             * Rule
             * @description Of this rule; of any unless given.
             */
            rule?: string | null;
            /**
             * Seconds
             * @description How long, from now on.
             */
            seconds: number;
        };
        /**
         * Agent
         * @description One individual.
         */
        Agent: {
            /** Agent Id */
            agent_id: string;
            /** Created At */
            created_at?: string | null;
            /** Fitness */
            fitness?: number | null;
            /**
             * Generation
             * @default 0
             */
            generation: number;
            /** Genome */
            genome: number[];
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /**
             * Name
             * @default
             */
            name: string;
            /** Parent Ids */
            parent_ids?: string[];
            /** Population Id */
            population_id?: string | null;
            /**
             * Position
             * @description Index within its generation.
             * @default 0
             */
            position: number;
            /**
             * Traits
             * @description The genome by trait name.
             */
            traits?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /** @default initial */
            variation: components["schemas"]["Variation"];
        };
        /** AgentPage */
        AgentPage: {
            /** Agents */
            agents: components["schemas"]["Agent"][];
            /**
             * Next Cursor
             * @description Pass as cursor for the next page; none on the last.
             */
            next_cursor?: string | null;
        };
        /**
         * AlertState
         * @description An incident of the ``system`` workflow.
         */
        AlertState: {
            /** Acknowledged By */
            acknowledged_by?: string | null;
            /** Incident Id */
            incident_id: string;
            /** Message */
            message: string;
            /**
             * Raised At
             * Format: date-time
             */
            raised_at: string;
            /** Resolved At */
            resolved_at?: string | null;
            /** Rule */
            rule: string;
            /** Severity */
            severity: string;
            /**
             * Status
             * @enum {string}
             */
            status: "firing" | "acknowledged" | "resolved";
        };
        /**
         * AllocateTokensBody
         * @description Reserve tokens for a holder (a trial or anything else). Idempotent by holder: asking again changes the amount.
         */
        AllocateTokensBody: {
            /** Tokens */
            tokens: number;
        };
        /** Allocation */
        Allocation: {
            /** Holder */
            holder: string;
            /** Tokens */
            tokens: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Used
             * @default 0
             */
            used: number;
        };
        /**
         * ApplyToTrialBody
         * @description Impose stored patterns on copies of a trial's final population.
         */
        ApplyToTrialBody: {
            /** Pattern Ids */
            pattern_ids: string[];
        };
        /**
         * Budget
         * @description Tokens of the whole service. ``limit`` and ``available`` are ``None`` when there is no bound.
         */
        Budget: {
            /**
             * Allocated
             * @description Promised to trials and holders that have not ended.
             */
            allocated: number;
            /** Available */
            available?: number | null;
            /** Limit */
            limit?: number | null;
            /** Used */
            used: number;
        };
        /**
         * BudgetBurn
         * @description Tokens of the whole Evolution API, and how fast they go.
         */
        BudgetBurn: {
            /** Allocated */
            allocated: number;
            /** Available */
            available?: number | null;
            /**
             * Checked At
             * Format: date-time
             */
            checked_at: string;
            /** Consumed */
            consumed: number;
            /**
             * Per Hour
             * @description Tokens used in the last hour, as far back as figures reach.
             */
            per_hour?: number | null;
            /**
             * Total
             * @description None when there is no bound; so is what is available.
             */
            total?: number | null;
        };
        /**
         * CancelTrialBody
         * @description Stop the remote trial and fail its DAG run, together.
         */
        CancelTrialBody: {
            /**
             * Reason
             * @default
             */
            reason: string;
        };
        /**
         * ChangeConfiguration
         * @description Set and unset settings for the installation. Checked together with all other layers before anything is stored.
         */
        ChangeConfiguration: {
            /**
             * Comment
             * @default
             */
            comment: string;
            /**
             * Revision
             * @description The revision this change was made from; another one in between is a conflict.
             */
            revision: number;
            /** Unset */
            unset?: string[];
            /** Values */
            values?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
        };
        /** Check */
        Check: {
            /** Latency Seconds */
            latency_seconds?: number | null;
            /**
             * Message
             * @default
             */
            message: string;
            status: components["schemas"]["HealthStatus"];
        };
        /**
         * CheckTrial
         * @description Settings to be checked as if a trial were started with them, or forked from another one. Nothing is started.
         */
        CheckTrial: {
            /**
             * Config
             * @description Settings over those of the layers below.
             */
            config?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Dag Id
             * @default dean_evolution_trial
             */
            dag_id: string;
            /**
             * Generation
             * @description Last generation the fork shares; the parent's last one if empty.
             */
            generation?: number | null;
            /**
             * Parent Id
             * @description Check them as changes of a fork of this trial.
             */
            parent_id?: string | null;
        };
        /**
         * Closing
         * @description The last message: why the server closes, and what to do.
         */
        Closing: {
            /**
             * Code
             * @enum {string}
             */
            code: "session_ended" | "rights_gone" | "too_many" | "too_slow" | "bad_message" | "unavailable";
            /** Reason */
            reason: string;
            /**
             * Retry After
             * @description Seconds after which a new socket may be tried; none without one.
             * @default null
             */
            retry_after: number | null;
            /**
             * Suggestion
             * @default
             */
            suggestion: string;
            /**
             * Type
             * @default closing
             * @constant
             */
            type: "closing";
        };
        /** CompareTrials */
        CompareTrials: {
            /**
             * Workflow Ids
             * @description Several, or one text with commas between them.
             */
            workflow_ids: string[];
        };
        /** Comparison */
        Comparison: {
            /** Differences */
            differences: components["schemas"]["Difference"][];
            /**
             * Same Digest
             * @description Whether all have the same digest.
             */
            same_digest: boolean;
            /** Trials */
            trials: components["schemas"]["WorkflowDetail"][];
        };
        /**
         * Configuration
         * @description What holds for the next trial, and where each value comes from.
         */
        Configuration: {
            /**
             * History
             * @description Earlier states, newest first, that can be gone back to.
             */
            history?: components["schemas"]["EarlierConfiguration"][];
            /**
             * Revision
             * @description Of what people set; a change must name it.
             */
            revision: number;
            /** Settings */
            settings: components["schemas"]["Setting"][];
        };
        /**
         * Difference
         * @description One setting in which trials differ, in the order they were asked for.
         */
        Difference: {
            /** Field */
            field: string;
            /** Values */
            values: unknown[];
        };
        /**
         * Direction
         * @description How an objective's metric reads. Fitness is always maximised: it is the metric, or its negative when minimised.
         * @enum {string}
         */
        Direction: "minimize" | "maximize";
        /**
         * EarlierConfiguration
         * @description One earlier state of what people set.
         */
        EarlierConfiguration: {
            /**
             * At
             * Format: date-time
             */
            at: string;
            /** By */
            by: string;
            /**
             * Comment
             * @default
             */
            comment: string;
            /** Revision */
            revision: number;
            /** Values */
            values: {
                [key: string]: components["schemas"]["JsonValue"];
            };
        };
        /**
         * Effectiveness
         * @description Mean change of fitness when the pattern is imposed on agents that lack it, on validation instances.
         */
        Effectiveness: {
            /**
             * Agents
             * @description Agents it was imposed on.
             */
            agents: number;
            /**
             * High
             * @description Upper end of the 95 % interval.
             */
            high: number;
            /**
             * Low
             * @description Lower end of the 95 % interval.
             */
            low: number;
            /** Mean */
            mean: number;
            /**
             * Tokens Used
             * @default 0
             */
            tokens_used: number;
        };
        /**
         * Event
         * @description A recorded fact: one link of its workflow's chain.
         */
        Event: {
            actor: components["schemas"]["Actor"];
            /** Correlation Id */
            correlation_id?: string | null;
            /** Details */
            details: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /** Event Type */
            event_type: string;
            /**
             * Hash
             * @description Over the canonical bytes of everything above (RFC 8785): SHA-256, or HMAC-SHA-256 with a key.
             */
            hash: string;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Idempotency Key */
            idempotency_key: string;
            /**
             * Occurred At
             * @description When it happened, as the reporter says.
             */
            occurred_at?: string | null;
            /**
             * Previous Hash
             * @description Hash of the event before; empty for the first.
             */
            previous_hash: string;
            /** Schema Version */
            schema_version: number;
            /**
             * Sequence
             * @description Gap-free within the workflow.
             */
            sequence: number;
            /**
             * Timestamp
             * Format: date-time
             * @description When it was recorded (UTC).
             */
            timestamp: string;
            /**
             * Workflow Id
             * Format: uuid
             */
            workflow_id: string;
        };
        /** EventPage */
        EventPage: {
            /** Events */
            events: components["schemas"]["Event"][];
            /**
             * Next Cursor
             * @description Pass as cursor for the next page; none on the last.
             */
            next_cursor?: string | null;
        };
        /**
         * ForkTrialBody
         * @description A new trial that shares the generations 0 to ``generation`` with this one.
         */
        ForkTrialBody: {
            /**
             * Config
             * @description What differs from the parent's configuration.
             */
            config?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Generation
             * @description Last generation shared; the parent's last one when empty.
             */
            generation?: number | null;
            /** Note */
            note?: string | null;
        };
        /**
         * FormSection
         * @description Fields that belong together, in the order people fill them in.
         */
        FormSection: {
            /** Fields */
            fields: string[];
            /** Title */
            title: string;
        };
        /**
         * Head
         * @description The end of a chain: what a report or a log keeps so that a cut tail is noticed.
         */
        Head: {
            /** Hash */
            hash: string;
            /** Sequence */
            sequence: number;
        };
        /** Health */
        Health: {
            /** Checks */
            checks?: {
                [key: string]: components["schemas"]["Check"];
            };
            /**
             * Dialect
             * @default
             */
            dialect: string;
            /**
             * Service
             * @default
             */
            service: string;
            status: components["schemas"]["HealthStatus"];
            /** Timestamp */
            timestamp?: string | null;
            /** Uptime Seconds */
            uptime_seconds?: number | null;
            /**
             * Version
             * @default
             */
            version: string;
        };
        /**
         * HealthStatus
         * @description ``degraded`` serves with something missing; ``unhealthy`` does not serve.
         * @enum {string}
         */
        HealthStatus: "healthy" | "degraded" | "unhealthy";
        /**
         * Heartbeat
         * @description Nothing happened; the socket is alive. A client may send it too.
         */
        Heartbeat: {
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * Type
             * @default heartbeat
             * @constant
             */
            type: "heartbeat";
        };
        /**
         * Hello
         * @description The server's first message, once it has heard what the client has, or nothing for two seconds.
         */
        Hello: {
            /** Heartbeat Seconds */
            heartbeat_seconds: number;
            /**
             * Positions
             * @description Last sequence before the first event that follows, for executions with an event lately and those that are resumed.
             */
            positions?: {
                [key: string]: number;
            };
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * Type
             * @default hello
             * @constant
             */
            type: "hello";
            /** User */
            user: string;
        };
        /**
         * Incident
         * @description One time that a rule's condition held, from its beginning to its end.
         */
        Incident: {
            /** Acknowledged At */
            acknowledged_at?: string | null;
            /** Acknowledged By */
            acknowledged_by?: string | null;
            /**
             * Comment
             * @default
             */
            comment: string;
            /** Incident Id */
            incident_id: string;
            /**
             * Inhibited By
             * @description An open incident that explains this one, of which nobody is notified then.
             */
            inhibited_by?: string | null;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Message */
            message: string;
            /**
             * Notification Problem
             * @description Why the last notification was not, or may not have been, delivered.
             * @default
             */
            notification_problem: string;
            /**
             * Notified At
             * @description When somebody was last notified.
             */
            notified_at?: string | null;
            /**
             * Raised At
             * Format: date-time
             */
            raised_at: string;
            /** Resolved At */
            resolved_at?: string | null;
            /** Rule */
            rule: string;
            severity: components["schemas"]["Severity"];
            /**
             * Silenced Until
             * @description Nobody is notified until then.
             */
            silenced_until?: string | null;
            status: components["schemas"]["IncidentStatus"];
            /** Threshold */
            threshold?: number | null;
            /**
             * Unit
             * @default
             */
            unit: string;
            /** Value */
            value?: number | null;
            /**
             * Workflow Id
             * @description The trial it is about.
             */
            workflow_id?: string | null;
        };
        /** IncidentPage */
        IncidentPage: {
            /** Incidents */
            incidents: components["schemas"]["Incident"][];
            /**
             * Next Cursor
             * @description Pass as cursor for the next page; none on the last.
             */
            next_cursor?: string | null;
        };
        /**
         * IncidentStatus
         * @enum {string}
         */
        IncidentStatus: "firing" | "acknowledged" | "resolved";
        /**
         * IssueTicket
         * @description Ask for a ticket: of every event the caller may read, or of one trial's only.
         */
        IssueTicket: {
            /** Workflow Id */
            workflow_id?: string | null;
        };
        JsonValue: unknown;
        /** KnownService */
        KnownService: {
            /** Conn Id */
            conn_id?: string | null;
            /** Expires At */
            expires_at?: string | null;
            /** Kind */
            kind: string;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Name */
            name: string;
            /** Registered At */
            registered_at?: string | null;
            /**
             * Seen At
             * @description Last heartbeat.
             */
            seen_at?: string | null;
            /**
             * Source
             * @enum {string}
             */
            source: "connection" | "registered";
            /** Url */
            url: string;
            /**
             * Version
             * @default
             */
            version: string;
        };
        /**
         * Lineage
         * @description An agent and its ancestors, nearest first; ``truncated`` when bounds cut it.
         */
        Lineage: {
            agent: components["schemas"]["Agent"];
            /** Ancestors */
            ancestors: components["schemas"]["Agent"][];
            /**
             * Truncated
             * @default false
             */
            truncated: boolean;
        };
        /**
         * ListAlerts
         * @description Newest first.
         */
        ListAlerts: {
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
            /**
             * Open
             * @description Only those that are, or are not, resolved.
             */
            open?: boolean | null;
            /** Rule */
            rule?: string | null;
            severity?: components["schemas"]["Severity"] | null;
            status?: components["schemas"]["IncidentStatus"] | null;
            /** Workflow Id */
            workflow_id?: string | null;
        };
        /**
         * ListAudit
         * @description What people did, newest first.
         */
        ListAudit: {
            /**
             * Actor
             * @description Name of the person.
             */
            actor?: string | null;
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /** Event Type */
            event_type?: string | null;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
            /** Recorded After */
            recorded_after?: string | null;
            /** Recorded Before */
            recorded_before?: string | null;
            /** Workflow Id */
            workflow_id?: string | null;
        };
        /**
         * ListEventsBody
         * @description Events of one execution in order, from ``after`` on; or from the last one back.
         */
        ListEventsBody: {
            /**
             * After
             * @description Only events with a higher sequence.
             * @default 0
             */
            after: number;
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /** Event Type */
            event_type?: string | null;
            /**
             * Generations
             * @description Whether the one event of each generation is listed too.
             * @default true
             */
            generations: boolean;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
            /**
             * Newest First
             * @default false
             */
            newest_first: boolean;
        };
        /** ListPatterns */
        ListPatterns: {
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
            /** Objective */
            objective?: string | null;
            status?: components["schemas"]["PatternStatus"] | null;
            /** Trial Id */
            trial_id?: string | null;
        };
        /**
         * ListTrialAgentsBody
         * @description Agents of a trial's population, those of one generation or all.
         */
        ListTrialAgentsBody: {
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /** Generation */
            generation?: number | null;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
        };
        /**
         * ListTrialPatternsBody
         * @description Patterns found in one trial, as the registry has them now.
         */
        ListTrialPatternsBody: {
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
            status?: components["schemas"]["PatternStatus"] | null;
        };
        /**
         * ListWorkflows
         * @description Newest first unless ``sort`` says otherwise. ``search`` looks into names and ids.
         */
        ListWorkflows: {
            /** Created After */
            created_after?: string | null;
            /** Created Before */
            created_before?: string | null;
            /**
             * Cursor
             * @description next_cursor of the page before.
             */
            cursor?: string | null;
            /** Dag Id */
            dag_id?: string | null;
            /**
             * Descending
             * @description The newest, last or greatest first.
             * @default true
             */
            descending: boolean;
            /**
             * Label
             * @description key=value
             */
            label?: string | null;
            /**
             * Limit
             * @description Items on a page.
             * @default 100
             */
            limit: number;
            /** Name */
            name?: string | null;
            /** Objective */
            objective?: string | null;
            /** Owner */
            owner?: string | null;
            /** Parent Id */
            parent_id?: string | null;
            /** Run Id */
            run_id?: string | null;
            /** Search */
            search?: string | null;
            /** @default created_at */
            sort: components["schemas"]["WorkflowOrder"];
            status?: components["schemas"]["WorkflowStatus"] | null;
            /** Workflow Type */
            workflow_type?: string | null;
        };
        /**
         * LiveEvent
         * @description Something happened. Events of one execution come in order, without gap or repeat.
         */
        LiveEvent: {
            /** @description Who did it; the address only for those who read the audit log. */
            actor: components["schemas"]["Actor"];
            /**
             * Dag Id
             * @default null
             */
            dag_id: string | null;
            /** Data */
            data: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Event
             * @description Name on the wire, such as evolution.generation.complete.
             */
            event: string;
            /**
             * Event Type
             * @description Name in the record, such as generation.completed.
             */
            event_type: string;
            /**
             * Occurred At
             * @default null
             */
            occurred_at: string | null;
            /**
             * Run Id
             * @default null
             */
            run_id: string | null;
            /** Sequence */
            sequence: number;
            /**
             * Timestamp
             * Format: date-time
             * @description When it was recorded (UTC).
             */
            timestamp: string;
            /**
             * Type
             * @default event
             * @constant
             */
            type: "event";
            /**
             * Workflow Id
             * Format: uuid
             */
            workflow_id: string;
            /** Workflow Type */
            workflow_type: string;
        };
        /**
         * MetricType
         * @enum {string}
         */
        MetricType: "gauge" | "counter";
        /** MetricsPage */
        MetricsPage: {
            /**
             * Generations
             * @description Generations in the range asked for.
             */
            generations: number;
            /** Points */
            points: components["schemas"]["MetricsPoint"][];
            /**
             * Sampled
             * @description Whether points were left out.
             */
            sampled: boolean;
        };
        /** MetricsPoint */
        MetricsPoint: {
            /** Best Agent Id */
            best_agent_id: string;
            /** Best Fitness */
            best_fitness: number;
            /**
             * Completed At
             * Format: date-time
             */
            completed_at: string;
            /** Diversity */
            diversity: number;
            /** Elapsed Seconds */
            elapsed_seconds: number;
            /** Evaluations */
            evaluations: number;
            /** Generation */
            generation: number;
            /**
             * Intervened
             * @default false
             */
            intervened: boolean;
            /** Mean Fitness */
            mean_fitness: number;
            /**
             * Retries
             * @default 0
             */
            retries: number;
            /** Tokens Used */
            tokens_used: number;
            /** Worst Fitness */
            worst_fitness: number;
        };
        /**
         * Missed
         * @description The client was too slow, or was away too long: it must read the executions named here anew, and may go on from there.
         */
        Missed: {
            /**
             * Everything
             * @description Executions that are not named here may have gone on as well.
             * @default false
             */
            everything: boolean;
            /**
             * Positions
             * @description Sequence each execution has reached; the next event is the one after it.
             */
            positions: {
                [key: string]: number;
            };
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * Type
             * @default missed
             * @constant
             */
            type: "missed";
        };
        /**
         * Objective
         * @description What an objective is, for people and for checks.
         */
        Objective: {
            /** Description */
            description: string;
            direction: components["schemas"]["Direction"];
            /**
             * Metric
             * @description What is measured, for example 'excess over the L1 bound'.
             */
            metric: string;
            /** Name */
            name: string;
            /**
             * Parameters Schema
             * @description JSON schema of objective_parameters.
             */
            parameters_schema: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Tokens Per Evaluation
             * @default 1
             */
            tokens_per_evaluation: number;
            /**
             * Unit
             * @description Unit of the metric, for example '%'.
             * @default
             */
            unit: string;
        };
        /**
         * Origin
         * @description Which part of which DAG run an execution belongs to: what a service token's claims must match.
         */
        Origin: {
            /** Dag Id */
            dag_id: string;
            /**
             * Map Index
             * @default -1
             */
            map_index: number;
            /** Run Id */
            run_id: string;
            /**
             * Task Group
             * @description Group the trial's tasks live in; empty at the DAG's top.
             * @default
             */
            task_group: string;
        };
        /**
         * Overview
         * @description Everything at one glance: what an operator looks at first. Trials and incidents are those the caller may read.
         */
        Overview: {
            /**
             * Alerts
             * @description Incidents that are not resolved, the gravest first, at most 100.
             */
            alerts: components["schemas"]["Incident"][];
            budget?: components["schemas"]["BudgetBurn"] | null;
            /**
             * Counts
             * @description Trials by status.
             */
            counts: {
                [key: string]: number;
            };
            /**
             * Open Alerts
             * @description Incidents that are not resolved, those beyond the 100 as well.
             */
            open_alerts: number;
            /**
             * Recent
             * @description Trials that ended last, at most 20.
             */
            recent: components["schemas"]["Workflow"][];
            /**
             * Running
             * @description Trials under way, the newest 50.
             */
            running: components["schemas"]["Workflow"][];
            /** Services */
            services: components["schemas"]["ServiceState"][];
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            watch: components["schemas"]["Watch"];
        };
        /** Pattern */
        Pattern: {
            body?: components["schemas"]["PatternBody"] | null;
            /**
             * Description
             * @default
             */
            description: string;
            /** Discovered At */
            discovered_at?: string | null;
            effectiveness?: components["schemas"]["Effectiveness"] | null;
            /** Generation */
            generation?: number | null;
            /** Objective */
            objective?: string | null;
            /** Pattern Id */
            pattern_id: string;
            /** Population Id */
            population_id?: string | null;
            /**
             * Quarantine
             * @description Why it may not be applied, while it may not.
             */
            quarantine?: string | null;
            /** @default discovered */
            status: components["schemas"]["PatternStatus"];
            support?: components["schemas"]["Support"] | null;
            /** Trial Id */
            trial_id?: string | null;
        };
        /**
         * PatternBody
         * @description What a pattern says about a genome: every range holds.
         */
        PatternBody: {
            /** Ranges */
            ranges: components["schemas"]["TraitRange"][];
        };
        /** PatternPage */
        PatternPage: {
            /**
             * Next Cursor
             * @description Pass as cursor for the next page; none on the last.
             */
            next_cursor?: string | null;
            /** Patterns */
            patterns: components["schemas"]["Pattern"][];
        };
        /**
         * PatternState
         * @description What became of one pattern.
         */
        PatternState: {
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Effect
             * @description Mean change of fitness, as measured.
             */
            effect?: number | null;
            /** Pattern Id */
            pattern_id: string;
            /**
             * Reason
             * @default
             */
            reason: string;
            /**
             * Status
             * @default discovered
             * @enum {string}
             */
            status: "discovered" | "applied" | "refused" | "tried" | "propagated" | "quarantined";
        };
        /**
         * PatternStatus
         * @description What was decided about a pattern: it is accepted when its whole interval lies above zero. A quarantined one may not be applied.
         * @enum {string}
         */
        PatternStatus: "discovered" | "accepted" | "refused" | "quarantined";
        /**
         * PauseWorkflowBody
         * @description Hold the remote trial at its next generation boundary; its run stays deferred.
         */
        PauseWorkflowBody: {
            /**
             * Reason
             * @default
             */
            reason: string;
        };
        /**
         * Problem
         * @description An error as it travels. ``error_code`` decides the exception on the other side.
         */
        Problem: {
            /**
             * Details
             * @description Facts about this occurrence.
             */
            details?: {
                [key: string]: unknown;
            };
            /**
             * Error Code
             * @description Stable machine-readable code.
             */
            error_code: string;
            /**
             * Message
             * @description What is wrong, in one sentence.
             */
            message: string;
            /**
             * Request Id
             * @description Correlation id of the call.
             * @default null
             */
            request_id: string | null;
            /**
             * Status
             * @description HTTP status code.
             */
            status: number;
            /**
             * Suggestions
             * @description What to do next.
             */
            suggestions?: string[];
            /**
             * Timestamp
             * Format: date-time
             * @description When it happened (UTC).
             */
            timestamp: string;
            /**
             * Title
             * @description The kind of error in a few words; the same for every occurrence.
             */
            title: string;
            /**
             * Type
             * @description URN naming the kind of error: urn:dean:error:<error_code>.
             */
            type: string;
        } & {
            [key: string]: unknown;
        };
        /**
         * ReadMetricsBody
         * @description Per-generation figures from ``start`` to ``end``, at most ``points`` of them.
         *
         *     With more generations than points each point stands for the last generation of a bucket; first and last are always there.
         */
        ReadMetricsBody: {
            /** End */
            end?: number | null;
            /**
             * Points
             * @default 1000
             */
            points: number;
            /**
             * Start
             * @default 0
             */
            start: number;
        };
        /**
         * ReadSeries
         * @description Figures over time.
         */
        ReadSeries: {
            /** End */
            end?: string | null;
            /**
             * Limit
             * @description Series at most.
             * @default 200
             */
            limit: number;
            /**
             * Name
             * @description Of one metric; of all unless given.
             */
            name?: string | null;
            /**
             * Points
             * @description At most so many a series; each is the last of its bucket.
             * @default 300
             */
            points: number;
            /**
             * Service
             * @description Of one service.
             */
            service?: string | null;
            /**
             * Start
             * @description From here on; as far back as is kept unless given.
             */
            start?: string | null;
            type?: components["schemas"]["MetricType"] | null;
        };
        /** ReadTrialLineageBody */
        ReadTrialLineageBody: {
            /**
             * Depth
             * @description Generations to go back.
             * @default 50
             */
            depth: number;
            /**
             * Limit
             * @description Ancestors at most, the nearest first.
             * @default 500
             */
            limit: number;
        };
        /**
         * ReadUsage
         * @description Usage by time window, newest first.
         */
        ReadUsage: {
            /**
             * Limit
             * @default 168
             */
            limit: number;
            /** Since */
            since?: string | null;
            /** Trial Id */
            trial_id?: string | null;
            /** Until */
            until?: string | null;
            /**
             * Window Seconds
             * @default 3600
             */
            window_seconds: number;
        };
        /**
         * RecordFactsBody
         * @description Tell facts about one execution; the first ones open it.
         *
         *     Only services may. The token's claims must be those of ``origin``, and the id of an execution that is not open yet must be that which
         *     the origin gives it: of namespace, DAG, run, the task that starts it, and map index.
         */
        RecordFactsBody: {
            /** Facts */
            facts: components["schemas"]["ReportedFact"][];
            origin: components["schemas"]["Origin"];
            /**
             * Start Task Id
             * @description Full id of the task that the execution has its id from; `start_evolution` of the origin's group when empty.
             * @default
             */
            start_task_id: string;
            /**
             * Workflow Type
             * @default trial
             */
            workflow_type: string;
        };
        /**
         * Recorded
         * @description What became of told facts.
         */
        Recorded: {
            /**
             * Generation
             * @description Last generation up to which none is missing.
             * @default -1
             */
            generation: number;
            head: components["schemas"]["Head"];
            /**
             * Known
             * @description Facts that had been recorded before.
             */
            known: number;
            /**
             * Recorded
             * @description New events.
             */
            recorded: number;
        };
        /**
         * RegisterServiceBody
         * @description Make a service known, or say anew where it is. It is forgotten when it is not heard of for ``ttl_seconds``.
         */
        RegisterServiceBody: {
            /**
             * Kind
             * @enum {string}
             */
            kind: "indexagent" | "evolution" | "other";
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /**
             * Ttl Seconds
             * @default 90
             */
            ttl_seconds: number;
            /**
             * Url
             * @description Without user, password and query.
             */
            url: string;
            /**
             * Version
             * @default
             */
            version: string;
        };
        /**
         * Released
         * @description What a release (delete) did.
         */
        Released: {
            /**
             * Released
             * @default true
             */
            released: boolean;
        };
        /**
         * ReplayTrialBody
         * @description Run a trial again from its recorded configuration and seed; its digest is compared with the recorded one at the end.
         */
        ReplayTrialBody: {
            /** Note */
            note?: string | null;
        };
        /**
         * ReportedFact
         * @description A fact on its way to the record.
         */
        ReportedFact: {
            /** Details */
            details?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /** Event Type */
            event_type: string;
            /** Idempotency Key */
            idempotency_key: string;
            /** Occurred At */
            occurred_at?: string | null;
            /**
             * Schema Version
             * @default 1
             */
            schema_version: number;
        };
        /**
         * RequestTrial
         * @description Start a trial: a run of ``dag_id``, created by Airflow's own API with the caller's rights.
         */
        RequestTrial: {
            /**
             * Config
             * @description Settings over those of the layers below.
             */
            config?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Dag Id
             * @default dean_evolution_trial
             */
            dag_id: string;
            /** Note */
            note?: string | null;
        };
        /**
         * Requested
         * @description A trial that was asked for. It can be read under ``workflow.id`` at once.
         */
        Requested: {
            /**
             * Created
             * @description False when this request had been made before.
             */
            created: boolean;
            workflow: components["schemas"]["Workflow"];
        };
        /**
         * Resume
         * @description From the client, first of all: what it has, so that it is sent what came after. Empty to begin now.
         */
        Resume: {
            /**
             * Positions
             * @description Those of the last hello or missed message and of events since, the later ones counting; an execution without an event for ten minutes may be left out.
             */
            positions?: {
                [key: string]: number;
            };
            /**
             * Since
             * @description The latest timestamp of any message received: executions that are not in positions are sent from there on. Empty: only those in positions are resumed.
             * @default null
             */
            since: string | null;
            /**
             * Type
             * @constant
             */
            type: "resume";
        };
        /**
         * ResumeWorkflowBody
         * @description Let a paused trial go on.
         */
        ResumeWorkflowBody: {
            /**
             * Reason
             * @default
             */
            reason: string;
        };
        /**
         * RevertConfiguration
         * @description Go back to what was set at an earlier revision.
         */
        RevertConfiguration: {
            /**
             * Comment
             * @default
             */
            comment: string;
            /**
             * Revision
             * @description The revision that holds now.
             */
            revision: number;
            /** To */
            to: number;
        };
        /** RuleList */
        RuleList: {
            /**
             * Problems
             * @description What is wrong with the operator's rule file; the rules before hold on.
             */
            problems?: string[];
            /** Rules */
            rules: components["schemas"]["RuleState"][];
        };
        /**
         * RuleState
         * @description A rule, where it comes from, and what it sees now.
         */
        RuleState: {
            /**
             * Condition
             * @description In words: 'above 0.05 for 5 min, until below 0.04'.
             */
            condition: string;
            /**
             * Enabled
             * @default true
             */
            enabled: boolean;
            /** Metric */
            metric: string;
            /** Name */
            name: string;
            /**
             * Origin
             * @enum {string}
             */
            origin: "default" | "file";
            severity: components["schemas"]["Severity"];
            /**
             * Since
             * @description When it came to be so.
             */
            since?: string | null;
            /**
             * State
             * @enum {string}
             */
            state: "quiet" | "pending" | "firing" | "no data";
            /** Summary */
            summary: string;
            /**
             * Value
             * @description The worst value now.
             */
            value?: number | null;
        };
        /**
         * Scores
         * @description The objective's metric (not fitness) of one policy on the three instance sets; ``None`` where a set does not exist.
         */
        Scores: {
            /** Test */
            test?: number | null;
            /** Train */
            train?: number | null;
            /** Validation */
            validation?: number | null;
        };
        /**
         * Series
         * @description One metric with one set of labels.
         */
        Series: {
            /**
             * Help
             * @default
             */
            help: string;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Name */
            name: string;
            /**
             * Points
             * @description Time and value, in order.
             */
            points: [
                string,
                number
            ][];
            /** Service */
            service: string;
            type: components["schemas"]["MetricType"];
            /**
             * Unit
             * @default
             */
            unit: string;
        };
        /** SeriesPage */
        SeriesPage: {
            /** Series */
            series: components["schemas"]["Series"][];
            /**
             * Truncated
             * @description Whether there are more series than were asked for.
             * @default false
             */
            truncated: boolean;
            watch: components["schemas"]["Watch"];
        };
        /**
         * ServiceCheck
         * @description How a service is that was asked just now.
         */
        ServiceCheck: {
            /** Latency Seconds */
            latency_seconds?: number | null;
            /**
             * Message
             * @default
             */
            message: string;
            /**
             * Since
             * @description When it came to be so; none where it was not watched, or was seen otherwise.
             */
            since?: string | null;
            status: components["schemas"]["HealthStatus"];
        };
        /** ServiceList */
        ServiceList: {
            /** Services */
            services: components["schemas"]["KnownService"][];
        };
        /**
         * ServiceState
         * @description One watched service.
         */
        ServiceState: {
            /**
             * Answered At
             * @description When it last answered.
             */
            answered_at?: string | null;
            /** Breaker */
            breaker?: ("closed" | "open" | "half-open") | null;
            /**
             * Checked At
             * @description When it was last asked.
             */
            checked_at?: string | null;
            /** Checks */
            checks?: {
                [key: string]: components["schemas"]["Check"];
            };
            /**
             * Dialect
             * @default
             */
            dialect: string;
            /**
             * Failures
             * @description Times in a row that it did not answer.
             * @default 0
             */
            failures: number;
            /**
             * Kind
             * @enum {string}
             */
            kind: "indexagent" | "evolution" | "airflow" | "database" | "redis" | "gateway" | "other";
            /** Latency Seconds */
            latency_seconds?: number | null;
            /**
             * Message
             * @description What is wrong, without addresses and credentials.
             * @default
             */
            message: string;
            /** Name */
            name: string;
            /**
             * Since
             * Format: date-time
             * @description When it came to be so.
             */
            since: string;
            status: components["schemas"]["ServiceStatus"];
            /** Uptime Seconds */
            uptime_seconds?: number | null;
            /**
             * Version
             * @default
             */
            version: string;
        };
        /**
         * ServiceStatus
         * @description A service's health as last seen; ``unknown`` until it was asked, or when nobody has asked for too long.
         * @enum {string}
         */
        ServiceStatus: "healthy" | "degraded" | "unhealthy" | "unknown";
        /**
         * Setting
         * @description One setting as it holds now.
         */
        Setting: {
            /**
             * Changeable
             * @description Whether it can be set here; where secrets, identity and files live cannot.
             */
            changeable: boolean;
            default?: components["schemas"]["JsonValue"];
            /** Description */
            description: string;
            /** Name */
            name: string;
            /**
             * Origin
             * @description Which layer gave it.
             */
            origin: string;
            /**
             * Overridden
             * @default false
             */
            overridden: boolean;
            /** @description What people set through the gateway, also where a stronger layer wins. */
            override?: components["schemas"]["JsonValue"];
            /** @description Secrets are masked. */
            value: components["schemas"]["JsonValue"];
        };
        /**
         * Severity
         * @enum {string}
         */
        Severity: "info" | "warning" | "critical";
        /** Silence */
        Silence: {
            /**
             * Comment
             * @default
             */
            comment: string;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Created By */
            created_by: string;
            /**
             * Ends At
             * Format: date-time
             */
            ends_at: string;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /** Rule */
            rule?: string | null;
            /**
             * Silence Id
             * Format: uuid
             */
            silence_id: string;
        };
        /** SilenceList */
        SilenceList: {
            /** Silences */
            silences: components["schemas"]["Silence"][];
        };
        /**
         * StartableDag
         * @description A DAG that starts one trial and takes the trial's settings as its conf.
         */
        StartableDag: {
            /**
             * Allowed
             * @description Whether the caller may create runs of it.
             */
            allowed: boolean;
            /** Dag Id */
            dag_id: string;
            /**
             * Description
             * @default
             */
            description: string;
            /**
             * Paused
             * @description Its runs stay queued until it is unpaused.
             * @default false
             */
            paused: boolean;
            /**
             * Reason
             * @description Why not.
             * @default
             */
            reason: string;
            /**
             * Values
             * @description Settings the DAG itself sets, over the effective defaults.
             */
            values?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
        };
        /**
         * Status
         * @description How everything is, as seen from the gateway.
         */
        Status: {
            /** Airflow Version */
            airflow_version: string;
            /**
             * Services
             * @description IndexAgent, the Evolution API and the record, asked just now.
             */
            services: {
                [key: string]: components["schemas"]["ServiceCheck"];
            };
            status: components["schemas"]["HealthStatus"];
            /**
             * Timestamp
             * Format: date-time
             */
            timestamp: string;
            /**
             * Trials
             * @description Trials the caller may read, by status.
             */
            trials: {
                [key: string]: number;
            };
            /** User */
            user: string;
            /** Version */
            version: string;
            /**
             * Watched
             * @description Whatever else is watched, as it was when it was last asked.
             */
            watched?: components["schemas"]["ServiceState"][];
        };
        /**
         * Support
         * @description How the pattern stood out: among the elite against the whole population.
         */
        Support: {
            /** Elite Matching */
            elite_matching: number;
            /** Elite Size */
            elite_size: number;
            /** P Value */
            p_value: number;
            /** Population Matching */
            population_matching: number;
            /** Population Size */
            population_size: number;
            /**
             * Q Value
             * @description Benjamini-Hochberg adjusted over all traits tested.
             */
            q_value: number;
        };
        /**
         * TerminationReason
         * @description Why a trial ended.
         * @enum {string}
         */
        TerminationReason: "generations" | "fitness_threshold" | "stagnation" | "token_budget" | "max_time" | "stopped" | "error";
        /**
         * Ticket
         * @description Opens one socket once.
         */
        Ticket: {
            /**
             * Expires At
             * Format: date-time
             */
            expires_at: string;
            /**
             * Path
             * @description Of the socket, below where the gateway is mounted: ws/events or ws/trials/{id}.
             */
            path: string;
            /**
             * Protocol
             * @description Subprotocol to offer before the ticket.
             * @default dean.live.v1
             */
            protocol: string;
            /** Ticket */
            ticket: string;
        };
        /**
         * TraitRange
         * @description Genes ``low <= value <= high`` (or one of ``values``, for choice and binary genes) of one trait.
         */
        TraitRange: {
            /** High */
            high?: number | null;
            /**
             * Index
             * @description Gene within the trait.
             * @default 0
             */
            index: number;
            /** Low */
            low?: number | null;
            /** Trait */
            trait: string;
            /** Values */
            values?: number[] | null;
        };
        /**
         * TrialCheck
         * @description Every problem at once: of each value, of the values together, and what the Evolution API has against them.
         */
        TrialCheck: {
            /**
             * Config
             * @description What the trial would run with, complete, when it is valid here.
             */
            config?: {
                [key: string]: components["schemas"]["JsonValue"];
            } | null;
            /** Estimated Tokens */
            estimated_tokens?: number | null;
            objective?: components["schemas"]["Objective"] | null;
            /** Problems */
            problems?: components["schemas"]["ValidationProblem"][];
            /**
             * Unasked
             * @description Why the Evolution API was not asked, if it was not; it is when the trial starts.
             * @default
             */
            unasked: string;
            /** Valid */
            valid: boolean;
        };
        /**
         * TrialForm
         * @description Everything a form needs. What is left as it is need not be sent: the layers of the configuration speak for it.
         */
        TrialForm: {
            /**
             * Choices
             * @description For fields with few values: each value in words.
             */
            choices: {
                [key: string]: {
                    [key: string]: string;
                };
            };
            /** Dags */
            dags: components["schemas"]["StartableDag"][];
            /**
             * Examples
             * @description Values that work.
             */
            examples?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Json Schema
             * @description JSON schema of a trial's settings, references resolved.
             */
            json_schema: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Objectives
             * @description As registered with the Evolution API.
             */
            objectives?: components["schemas"]["Objective"][];
            /**
             * Objectives Problem
             * @description Why the objectives are not known, if they are not.
             * @default
             */
            objectives_problem: string;
            /**
             * Origins
             * @description Which layer each of these values comes from.
             */
            origins: {
                [key: string]: string;
            };
            /** Sections */
            sections: components["schemas"]["FormSection"][];
            /**
             * Values
             * @description What holds when nothing is given.
             */
            values: {
                [key: string]: components["schemas"]["JsonValue"];
            };
        };
        /** Usage */
        Usage: {
            /**
             * Tokens
             * @description All windows together.
             */
            tokens: number;
            /** Windows */
            windows: components["schemas"]["UsageWindow"][];
        };
        /** UsageWindow */
        UsageWindow: {
            /** Evaluations */
            evaluations: number;
            /**
             * Start
             * Format: date-time
             */
            start: string;
            /** Tokens */
            tokens: number;
        };
        /**
         * ValidationProblem
         * @description One thing that cannot work.
         */
        ValidationProblem: {
            /** Field */
            field: string;
            /** Rule */
            rule: string;
            /**
             * Suggestion
             * @default
             */
            suggestion: string;
            value?: components["schemas"]["JsonValue"];
        };
        /**
         * Variation
         * @description How an agent came to be.
         * @enum {string}
         */
        Variation: "initial" | "elite" | "crossover" | "mutation" | "injected" | "imposed";
        /**
         * Watch
         * @description Who watches, and how fresh what is known is.
         */
        Watch: {
            /**
             * Leader
             * @description The process that asks.
             * @default
             */
            leader: string;
            /**
             * Period Seconds
             * @description From one round to the next.
             */
            period_seconds: number;
            /**
             * Stale
             * @description Whether no round has ended for more than three periods.
             */
            stale: boolean;
            /**
             * Taken At
             * @description When the last round of questions ended; none before the first.
             */
            taken_at?: string | null;
        };
        /**
         * Workflow
         * @description One execution in summary: a row of every list.
         */
        Workflow: {
            /** Best Fitness */
            best_fitness?: number | null;
            /** Completed At */
            completed_at?: string | null;
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Dag Id */
            dag_id?: string | null;
            /** Digest */
            digest?: string | null;
            /** Diversity */
            diversity?: number | null;
            /** Error */
            error?: string | null;
            /**
             * Generation
             * @description Last generation recorded.
             * @default -1
             */
            generation: number;
            /** Generations */
            generations?: number | null;
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /**
             * Map Index
             * @default -1
             */
            map_index: number;
            /** Mean Fitness */
            mean_fitness?: number | null;
            /**
             * Name
             * @default
             */
            name: string;
            /** Objective */
            objective?: string | null;
            /**
             * Owner
             * @description Who asked for it, when that was a person the gateway knew.
             */
            owner?: string | null;
            /** Parent Generation */
            parent_generation?: number | null;
            /**
             * Parent Id
             * @description The execution this one was forked from.
             */
            parent_id?: string | null;
            /** Population Id */
            population_id?: string | null;
            /** Population Size */
            population_size?: number | null;
            /** Report Uri */
            report_uri?: string | null;
            /** Run Id */
            run_id?: string | null;
            /** Seed */
            seed?: number | null;
            /**
             * Sequence
             * @description Of its last event.
             */
            sequence: number;
            /** Started At */
            started_at?: string | null;
            status: components["schemas"]["WorkflowStatus"];
            /**
             * Task Group
             * @default
             */
            task_group: string;
            termination_reason?: components["schemas"]["TerminationReason"] | null;
            /** Token Budget */
            token_budget?: number | null;
            /**
             * Tokens Used
             * @default 0
             */
            tokens_used: number;
            /**
             * Trial Id
             * @description The Evolution API's own id of the trial.
             */
            trial_id?: string | null;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /**
             * Workflow Type
             * @default trial
             */
            workflow_type: string;
        };
        /**
         * WorkflowDetail
         * @description Everything the events say about one execution.
         */
        WorkflowDetail: {
            /** Alerts */
            alerts?: components["schemas"]["AlertState"][];
            /** Approval */
            approval?: ("asked" | "approved" | "refused") | null;
            /** Baselines */
            baselines?: {
                [key: string]: components["schemas"]["Scores"];
            };
            /** Best Fitness */
            best_fitness?: number | null;
            /** Budget Warnings */
            budget_warnings?: number[];
            /** Completed At */
            completed_at?: string | null;
            /** Configuration */
            configuration?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Created At
             * Format: date-time
             */
            created_at: string;
            /** Dag Id */
            dag_id?: string | null;
            /** Digest */
            digest?: string | null;
            /** Diversity */
            diversity?: number | null;
            /** Error */
            error?: string | null;
            /** Forks */
            forks?: string[];
            /**
             * Generation
             * @description Last generation recorded.
             * @default -1
             */
            generation: number;
            /** Generations */
            generations?: number | null;
            head: components["schemas"]["Head"];
            /**
             * Id
             * Format: uuid
             */
            id: string;
            /**
             * Interventions
             * @default 0
             */
            interventions: number;
            /** Labels */
            labels?: {
                [key: string]: string;
            };
            /**
             * Map Index
             * @default -1
             */
            map_index: number;
            /** Mean Fitness */
            mean_fitness?: number | null;
            /**
             * Name
             * @default
             */
            name: string;
            /** Objective */
            objective?: string | null;
            /**
             * Owner
             * @description Who asked for it, when that was a person the gateway knew.
             */
            owner?: string | null;
            /** Parent Generation */
            parent_generation?: number | null;
            /**
             * Parent Id
             * @description The execution this one was forked from.
             */
            parent_id?: string | null;
            /** Patterns */
            patterns?: components["schemas"]["PatternState"][];
            /** Population Id */
            population_id?: string | null;
            /** Population Size */
            population_size?: number | null;
            /**
             * Repairs
             * @description How often the reconciler mended it.
             * @default 0
             */
            repairs: number;
            /** Replays */
            replays?: string[];
            /** Report Uri */
            report_uri?: string | null;
            /** Result */
            result?: {
                [key: string]: components["schemas"]["JsonValue"];
            };
            /**
             * Resumptions
             * @default 0
             */
            resumptions: number;
            /** Run Id */
            run_id?: string | null;
            scores?: components["schemas"]["Scores"] | null;
            /** Seed */
            seed?: number | null;
            /**
             * Sequence
             * @description Of its last event.
             */
            sequence: number;
            /** Started At */
            started_at?: string | null;
            status: components["schemas"]["WorkflowStatus"];
            /**
             * Task Group
             * @default
             */
            task_group: string;
            termination_reason?: components["schemas"]["TerminationReason"] | null;
            /** Token Budget */
            token_budget?: number | null;
            /**
             * Tokens Used
             * @default 0
             */
            tokens_used: number;
            /**
             * Trial Id
             * @description The Evolution API's own id of the trial.
             */
            trial_id?: string | null;
            /**
             * Unknown Events
             * @description Events of types this version does not know.
             * @default 0
             */
            unknown_events: number;
            /**
             * Updated At
             * Format: date-time
             */
            updated_at: string;
            /** Warnings */
            warnings?: string[];
            /**
             * Workflow Type
             * @default trial
             */
            workflow_type: string;
        };
        /**
         * WorkflowOrder
         * @description What a list of executions goes by. Where a value is not known yet the execution comes last, in either direction.
         * @enum {string}
         */
        WorkflowOrder: "created_at" | "updated_at" | "name" | "generation" | "best_fitness" | "diversity" | "tokens_used";
        /** WorkflowPage */
        WorkflowPage: {
            /**
             * Next Cursor
             * @description Pass as cursor for the next page; none on the last.
             */
            next_cursor?: string | null;
            /** Workflows */
            workflows: components["schemas"]["Workflow"][];
        };
        /**
         * WorkflowStatus
         * @description Where an execution stands. A cancelled or failed one goes on when its run is cleared.
         * @enum {string}
         */
        WorkflowStatus: "requested" | "preparing" | "running" | "paused" | "completed" | "failed" | "cancelled";
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    read_access: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Access"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_alerts: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                status?: components["schemas"]["IncidentStatus"] | null;
                /** @description Only those that are, or are not, resolved. */
                open?: boolean | null;
                severity?: components["schemas"]["Severity"] | null;
                rule?: string | null;
                workflow_id?: string | null;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_rules: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RuleList"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_silences: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SilenceList"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    add_silence: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AddSilence"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Silence"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    end_silence: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                silence_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Released"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    acknowledge_alert: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                incident_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["AcknowledgeAlertBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Incident"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_audit: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                /** @description Name of the person. */
                actor?: string | null;
                event_type?: string | null;
                workflow_id?: string | null;
                recorded_after?: string | null;
                recorded_before?: string | null;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    check_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CheckTrial"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialCheck"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    compare_trials: {
        parameters: {
            query: {
                /** @description Several, or one text with commas between them. */
                workflow_ids: string[];
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Comparison"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_configuration: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    change_configuration: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ChangeConfiguration"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    revert_configuration: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RevertConfiguration"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Configuration"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_trial_form: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["TrialForm"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    health: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description It does not serve; the checks say why. */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Health"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    issue_ticket: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["IssueTicket"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Ticket"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_series: {
        parameters: {
            query?: {
                /** @description Of one metric; of all unless given. */
                name?: string | null;
                /** @description Of one service. */
                service?: string | null;
                type?: components["schemas"]["MetricType"] | null;
                /** @description From here on; as far back as is kept unless given. */
                start?: string | null;
                end?: string | null;
                /** @description At most so many a series; each is the last of its bucket. */
                points?: number;
                /** @description Series at most. */
                limit?: number;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SeriesPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_overview: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Overview"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_patterns: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                trial_id?: string | null;
                objective?: string | null;
                status?: components["schemas"]["PatternStatus"] | null;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_services: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ServiceList"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    register_service: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RegisterServiceBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownService"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    remove_service: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Released"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    heartbeat_service: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownService"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_status: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    allocate_tokens: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                holder: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AllocateTokensBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Allocation"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_budget: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Budget"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_usage: {
        parameters: {
            query?: {
                since?: string | null;
                until?: string | null;
                window_seconds?: number;
                trial_id?: string | null;
                limit?: number;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Usage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_trials: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                workflow_type?: string | null;
                status?: components["schemas"]["WorkflowStatus"] | null;
                dag_id?: string | null;
                run_id?: string | null;
                objective?: string | null;
                name?: string | null;
                owner?: string | null;
                parent_id?: string | null;
                /** @description key=value */
                label?: string | null;
                search?: string | null;
                created_after?: string | null;
                created_before?: string | null;
                sort?: components["schemas"]["WorkflowOrder"];
                /** @description The newest, last or greatest first. */
                descending?: boolean;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    request_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["RequestTrial"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Requested"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_trial: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowDetail"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_trial_access: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Access"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_trial_agents: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                generation?: number | null;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AgentPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_trial_agent: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agent"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_trial_lineage: {
        parameters: {
            query?: {
                /** @description Generations to go back. */
                depth?: number;
                /** @description Ancestors at most, the nearest first. */
                limit?: number;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
                agent_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Lineage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    cancel_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CancelTrialBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    fork_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ForkTrialBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Requested"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_metrics: {
        parameters: {
            query?: {
                start?: number;
                end?: number | null;
                points?: number;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MetricsPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_trial_patterns: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                status?: components["schemas"]["PatternStatus"] | null;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PatternPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    apply_patterns: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ApplyToTrialBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    pause_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["PauseWorkflowBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    replay_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ReplayTrialBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Requested"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_report: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/html": string;
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    resume_trial: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["ResumeWorkflowBody"] | null;
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Workflow"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_workflows: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                workflow_type?: string | null;
                status?: components["schemas"]["WorkflowStatus"] | null;
                dag_id?: string | null;
                run_id?: string | null;
                objective?: string | null;
                name?: string | null;
                owner?: string | null;
                parent_id?: string | null;
                /** @description key=value */
                label?: string | null;
                search?: string | null;
                created_after?: string | null;
                created_before?: string | null;
                sort?: components["schemas"]["WorkflowOrder"];
                /** @description The newest, last or greatest first. */
                descending?: boolean;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    read_workflow: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["WorkflowDetail"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    list_events: {
        parameters: {
            query?: {
                /** @description Items on a page. */
                limit?: number;
                /** @description next_cursor of the page before. */
                cursor?: string | null;
                /** @description Only events with a higher sequence. */
                after?: number;
                event_type?: string | null;
                /** @description Whether the one event of each generation is listed too. */
                generations?: boolean;
                newest_first?: boolean;
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EventPage"];
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    record_facts: {
        parameters: {
            query?: never;
            header?: {
                /** @description With the same key, asking again is asking once. */
                "idempotency-key"?: string | null;
            };
            path: {
                workflow_id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RecordFactsBody"];
            };
        };
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recorded"];
                };
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Found */
            404: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Conflict */
            409: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    metrics: {
        parameters: {
            query?: {
                /** @description Only these fields of the answer, or of each item of a page, separated by commas. */
                fields?: string | null;
            };
            header?: {
                /** @description ETag of an answer the caller has. */
                "if-none-match"?: string | null;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Successful Response */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/plain": string;
                };
            };
            /** @description Not Modified */
            304: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description Unauthorized */
            401: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Forbidden */
            403: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Content Too Large */
            413: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Unprocessable Content */
            422: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Too Many Requests */
            429: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Internal Server Error */
            500: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Not Implemented */
            501: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Bad Gateway */
            502: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Service Unavailable */
            503: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
            /** @description Gateway Timeout */
            504: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
